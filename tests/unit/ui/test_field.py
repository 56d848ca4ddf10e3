"""Form fields: label, hint, unit and error belong to their control, and errors are reachable from the summary."""

from django import forms
from django.template import Context, Template

CANARY = "<b onclick=x>"


class Intake(forms.Form):
    name = forms.CharField(label="Full name", help_text="As on your ID.")
    weight_kg = forms.DecimalField(label="Weight", min_value=0)
    seen_on = forms.DateField(label="Date seen")
    sleep = forms.ChoiceField(
        label="Sleep", choices=[("", "---"), ("0", "Well"), ("1", "Badly")], widget=forms.RadioSelect
    )
    note = forms.CharField(label="Note", required=False, widget=forms.Textarea)
    token = forms.CharField(widget=forms.HiddenInput)

    def clean(self):
        if self.data.get("name") == "both":
            raise forms.ValidationError("Name and note disagree.")


def shown(source: str, **values) -> str:
    return Template("{% load limen %}" + source).render(Context(values))


def test_label_hint_and_unit_are_tied_to_the_control():
    html = shown('{% field form.weight_kg suffix="kg" hint="In indoor clothes." %}', form=Intake())
    assert '<label class="label" for="id_weight_kg">' in html
    assert 'aria-describedby="id_weight_kg-hint id_weight_kg-unit"' in html
    assert 'id="id_weight_kg-unit">kg<' in html
    assert 'inputmode="decimal"' in html


def test_an_error_is_tied_to_its_control_and_stands_above_it():
    html = shown("{% field form.name %}", form=Intake({"name": ""}))
    assert 'aria-describedby="id_name-hint id_name-error"' in html
    assert 'aria-invalid="true"' in html
    assert html.index("id_name-error") < html.index("<input")


def test_a_group_of_choices_is_a_fieldset_whose_legend_names_it_and_leaves_the_empty_choice_out():
    html = shown("{% field form.sleep %}", form=Intake())
    assert "<fieldset" in html and "<legend" in html
    assert html.count('type="radio"') == 2
    assert "---" not in html
    assert "checked" not in html


def test_what_the_person_answered_stays_chosen_when_the_form_comes_back():
    html = shown("{% field form.sleep %}", form=Intake({"sleep": "1"}))
    assert html.count("checked") == 1


def test_a_date_uses_the_browsers_own_picker_and_its_format():
    html = shown("{% field form.seen_on %}", form=Intake({"seen_on": "2026-03-12"}))
    assert 'type="date"' in html
    assert 'value="2026-03-12"' in html


def test_an_optional_field_says_so_and_a_hidden_one_is_bare():
    assert "(optional)" in shown("{% field form.note %}", form=Intake())
    assert "label" not in shown("{% field form.token %}", form=Intake())


def test_the_summary_leads_to_each_control_and_takes_the_focus():
    html = shown("{% form_errors form %}", form=Intake({"name": ""}))
    assert 'role="alert"' in html and 'tabindex="-1"' in html and "data-error-summary" in html
    for target in ("#id_name", "#id_weight_kg", "#id_seen_on", "#id_sleep_1"):
        assert f'href="{target}"' in html


def test_every_link_of_the_summary_finds_its_control_on_the_page():
    form = Intake({"name": ""})
    html = shown("{% form_errors form %}{% for f in form %}{% field f %}{% endfor %}", form=form)
    targets = [part.split('"')[0] for part in html.split('href="#')[1:]]
    assert targets
    assert all(f'id="{target}"' in html for target in targets)


def test_an_error_of_the_whole_form_stands_in_the_summary_without_a_link():
    html = shown("{% form_errors form %}", form=Intake({"name": "both"}))
    assert "<li>Name and note disagree.</li>" in html


def test_there_is_no_summary_before_the_form_is_sent_or_when_all_is_well():
    class One(forms.Form):
        name = forms.CharField()

    assert shown("{% form_errors form %}", form=One()) == ""
    assert shown("{% form_errors form %}", form=One({"name": "Rosa"})) == ""
    assert shown("{% error_title form %}", form=One({"name": ""})) == "Error: "


def test_labels_hints_errors_choices_and_values_are_escaped():
    class Hostile(forms.Form):
        name = forms.CharField(label=CANARY, help_text=CANARY)
        pick = forms.ChoiceField(label=CANARY, choices=[("a", CANARY)], widget=forms.RadioSelect)

        def clean_name(self):
            raise forms.ValidationError(CANARY)

    form = Hostile({"name": CANARY, "pick": CANARY})
    html = shown("{% form_errors form %}{% field form.name suffix=c %}{% field form.pick %}", form=form, c=CANARY)
    assert CANARY not in html
    assert html.count("&lt;b onclick=x&gt;") >= 7


def test_the_guard_names_the_patient_the_form_was_opened_for():
    html = shown("{% patient_guard patient %}", patient={"uid": "7f3a91c2"})
    assert html == '<input type="hidden" name="expected_patient" value="7f3a91c2">'


def test_the_summary_names_the_field_that_is_empty():
    html = shown("{% form_errors form %}", form=Intake({"name": "", "weight_kg": "5"}))
    assert "Full name: this field is required." in html


def test_a_code_is_never_called_optional():
    class Signing(forms.Form):
        code = forms.CharField(
            label="Your code", required=False, widget=forms.TextInput(attrs={"autocomplete": "one-time-code"})
        )

    assert "optional" not in shown("{% field form.code %}", form=Signing())


def test_a_pin_is_told_as_a_version():
    assert shown("{{ pin|pin_version }}", pin="privacy-and-sharing@12") == "version 12"
