"""The free assessment: one thing a page, no account, no script. Answers live in the session until they are sent."""

from datetime import date
from typing import Any

from django.http import Http404
from django.shortcuts import redirect, render
from django.urls import reverse
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods, require_POST, require_safe
from django_scopes import scope

from limen.apps.accounts.access import declares
from limen.apps.accounts.models import Site
from limen.apps.accounts.selectors import setting_value, staff_of
from limen.apps.records import clock
from limen.apps.screening import assessment_forms as forms
from limen.apps.screening import draft as drafts
from limen.apps.screening import places, services
from limen.apps.screening.draft import Draft
from limen.apps.screening.rules import assessment_questions

GET_POST = ["GET", "HEAD", "POST"]
PERMISSION = (
    "I ask {site} to contact me. They may keep my name, how to reach me and the answers I gave here for this. "
    "I can ask them to delete it."
)
ANY_SITE = "the clinic I chose"


def _page(request, template: str, draft: Draft, status: int = 200, **more):
    page = {"form": None, "needs_help": draft.needs_help, **more}
    return render(request, f"screening/{template}", page, status=status)


@declares("public.assess")
@require_safe
def begin(request):
    draft = drafts.read(request.session)
    page = {"has_begun": draft.has_begun, "is_open": bool(places.serving_sites())}
    return _page(request, "assessment_begin.html", draft, **page)


@declares("public.assess")
@require_safe
def young_people(request):
    """Under age: no questionnaire, nothing kept, help (SR-60)."""
    return _page(request, "assessment_young.html", Draft(), questions=assessment_questions())


@declares("public.assess")
@require_safe
def not_served(request):
    return _page(request, "assessment_not_served.html", Draft(), questions=assessment_questions())


@declares("public.assess")
@never_cache
@require_http_methods(GET_POST)
def step(request, step):
    """One page of the assessment; a page whose earlier gate is not passed leads back to it."""
    draft = drafts.read(request.session)
    names = drafts.steps(draft)
    if step not in names:
        raise Http404
    gate = _gate(draft, step)
    if gate:
        return redirect("screening:assessment-step", gate)
    form = _form(request, draft, step)
    if request.method == "POST":
        if request.POST.get("skip") and _may_skip(step):
            return _skip(request, draft, step)
        if form.is_valid():
            return _save(request, draft, step, form)
    return _show(request, draft, step, form)


def _gate(draft: Draft, step: str) -> str:
    """Age and place come before every question (SR-60)."""
    if step != "age" and draft.age_years is None:
        return "age"
    return "place" if step not in ("age", "place") and not draft.place else ""


def _form(request, draft: Draft, step: str):
    data = request.POST or None
    if step == "age":
        return forms.AgeForm(data, initial={"answer": draft.age_years})
    if step == "place":
        return forms.PlaceForm(data, places=places.served_places(), initial={"answer": draft.place})
    if step == "tried":
        return forms.TriedForm(data, initial={"answer": draft.tried})
    if step == "medicines":
        return forms.MedicineForm(data)
    if step == "goals":
        return forms.GoalsForm(data, initial={"answer": draft.goals or ""})
    found = drafts.item_of(step)
    if found is not None:
        value = draft.answers.get(found[0].identity.id, {}).get(found[1].id)
        return forms.ItemForm(
            data,
            item=found[1],
            instructions=found[0].instructions if found[1].required else "",
            initial={"answer": "" if value is None else str(value)},
        )
    question_id = step.removeprefix("health-")
    question = assessment_questions().question(question_id)
    return forms.OptionForm(data, question=question, initial={"answer": draft.health.get(question_id, "")})


def _may_skip(step: str) -> bool:
    return drafts.item_of(step) is not None


def _skip(request, draft: Draft, step: str):
    instrument, item = drafts.item_of(step) or (None, None)
    if instrument is not None and item is not None:
        draft.answers.setdefault(instrument.identity.id, {})[item.id] = None
        drafts.keep(request.session, draft)
    return _onward(request, draft, step)


def _save(request, draft: Draft, step: str, form):
    if step == "medicines":
        if len(draft.trials) >= drafts.MOST_TRIALS:
            form.add_error("drug", f"{drafts.MOST_TRIALS} medicines are enough here. Tell us the others when we talk.")
            return _show(request, draft, step, form)
        draft.trials.append(dict(form.cleaned_data))
        drafts.keep(request.session, draft)
        return redirect("screening:assessment-step", "medicines")
    answer = form.cleaned_data["answer"]
    if step == "age" and answer < assessment_questions().minimum_age_years:
        drafts.erase(request.session)
        return redirect("screening:assessment-young-people")
    if step == "place" and answer == forms.ELSEWHERE:
        drafts.erase(request.session)
        return redirect("screening:assessment-not-served")
    _put(draft, step, answer)
    drafts.keep(request.session, draft)
    return _onward(request, draft, step)


def _put(draft: Draft, step: str, answer) -> None:
    found = drafts.item_of(step)
    if step == "age":
        draft.age_years = answer
    elif found is not None:
        draft.answers.setdefault(found[0].identity.id, {})[found[1].id] = answer
    elif step in ("place", "tried", "goals"):
        setattr(draft, step, answer)
        if step == "tried" and answer != "yes":
            draft.trials = []
    else:
        draft.health[step.removeprefix("health-")] = answer


def _onward(request, draft: Draft, step: str):
    names = drafts.steps(draft)
    if request.GET.get("from") == "check" and drafts.first_open(draft) is None:
        return redirect("screening:assessment-check")
    following = names[names.index(step) + 1 :]
    return redirect("screening:assessment-step", following[0]) if following else redirect("screening:assessment-check")


def _show(request, draft: Draft, step: str, form):
    names = drafts.steps(draft)
    number = names.index(step) + 1
    found = drafts.item_of(step)
    back = reverse("screening:assessment-step", args=[names[number - 2]]) if number > 1 else ""
    if request.GET.get("from") == "check":
        back = reverse("screening:assessment-check")
    template = "assessment_medicines.html" if step == "medicines" else "assessment_step.html"
    following = names[number] if number < len(names) else ""
    return _page(
        request,
        template,
        draft,
        status=422 if form.is_bound else 200,
        form=form,
        step=step,
        number=number,
        of=len(names),
        back_url=back,
        instrument=found[0] if found else None,
        is_item_nine=step == "-".join(drafts.SUICIDE_ITEM),
        may_skip=_may_skip(step),
        trials=_trial_rows(draft),
        following=following,
    )


def _trial_rows(draft: Draft) -> list[dict]:
    helped = dict(forms.HELPED)
    return [{"index": i, "drug": row["drug"], "helped": helped[row["outcome"]]} for i, row in enumerate(draft.trials)]


@declares("public.assess")
@require_POST
def remove_medicine(request, index):
    draft = drafts.read(request.session)
    if index < len(draft.trials):
        del draft.trials[index]
        drafts.keep(request.session, draft)
    return redirect("screening:assessment-step", "medicines")


def _finished(request) -> tuple[Draft, str | None]:
    draft = drafts.read(request.session)
    return draft, drafts.first_open(draft)


@declares("public.assess")
@never_cache
@require_safe
def check(request):
    """Check your answers, each with a way to change it."""
    draft, open_step = _finished(request)
    if open_step:
        return redirect("screening:assessment-step", open_step)
    return _page(request, "assessment_check.html", draft, rows=_answer_rows(draft))


def _answer_rows(draft: Draft) -> list[dict]:
    rows = []
    for name in drafts.steps(draft):
        label, value = _answer_line(draft, name)
        url = f"{reverse('screening:assessment-step', args=[name])}?from=check"
        rows.append({"label": label, "value": value, "change_url": url})
    return rows


def _answer_line(draft: Draft, name: str) -> tuple[str, str | None]:
    questions = assessment_questions()
    found = drafts.item_of(name)
    if found is not None:
        value = draft.answers.get(found[0].identity.id, {}).get(found[1].id)
        return found[1].text, None if value is None else found[1].answers.option(value).label
    if name == "age":
        return questions.question("age").text, str(draft.age_years)
    if name == "place":
        return questions.question("place").text, draft.place
    if name == "tried":
        return forms.TriedForm.base_fields["answer"].label or "", dict(forms.TRIED)[draft.tried]
    if name == "medicines":
        return "Medicines tried", "\n".join(row["drug"] for row in draft.trials)
    if name == "goals":
        return forms.GoalsForm.base_fields["answer"].label or "", draft.goals
    question = questions.question(name.removeprefix("health-"))
    key = draft.health[question.id]
    return question.text, next(option.label for option in question.options if option.key == key)


@declares("public.assess")
@never_cache
@require_safe
def result(request):
    """What the answers mean in plain words. It is never a verdict."""
    draft, open_step = _finished(request)
    if open_step:
        return redirect("screening:assessment-step", open_step)
    sites = places.sites_for(draft.place)
    if not sites:
        return redirect("screening:assessment-not-served")
    with scope(site=sites[0].pk):
        explanation = drafts.explain(draft, sites[0])
    page: dict[str, Any] = {
        "explanation": explanation,
        "scores": [_score_line(instrument, found) for instrument, found in drafts.scores(draft)],
        "costs": [(site.name, _cost(site)) for site in sites],
        "sites": sites,
    }
    return _page(request, "assessment_result.html", draft, **page)


def _cost(site: Site) -> str | None:
    with scope(site=site.pk):
        return setting_value(site.pk, "public.cost_statement")


def _score_line(instrument, found) -> dict:
    return {
        "name": instrument.abbreviation,
        "about": instrument.identity.title,
        "total": found.total,
        "out_of": f"of {instrument.scoring.maximum}",
        "band": found.band.label if found.band else "",
        "reason": found.reason,
        "recall": instrument.recall.label,
    }


@declares("public.assess")
@never_cache
@require_http_methods(GET_POST)
def ask(request):
    """Ask a site to get in touch: the first moment anything is kept."""
    draft, open_step = _finished(request)
    if open_step:
        return redirect("screening:assessment-step", open_step)
    sites = places.sites_for(draft.place)
    if not sites:
        return redirect("screening:assessment-not-served")
    text = PERMISSION.format(site=sites[0].name if len(sites) == 1 else ANY_SITE)
    form = forms.ContactForm(request.POST or None, sites=sites, permission_text=text)
    if form.is_bound and form.is_valid() and _fits_age(form, draft):
        site = next(site for site in sites if str(site.uid) == form.cleaned_data["site"])
        _send(request, site, form.cleaned_data, draft, text)
        return redirect("screening:assessment-sent")
    page: dict[str, Any] = {"form": form, "sites": sites}
    return _page(request, "assessment_ask.html", draft, status=422 if form.is_bound else 200, **page)


def _fits_age(form, draft: Draft) -> bool:
    born: date = form.cleaned_data["birth_date"]
    today = clock.now().date()
    years = today.year - born.year - ((today.month, today.day) < (born.month, born.day))
    # A birthday may fall between the visitor's day and ours.
    is_near = draft.age_years is not None and abs(years - draft.age_years) <= 1 and born <= today
    if is_near and years >= assessment_questions().minimum_age_years:
        return True
    form.add_error("birth_date", f"This birth date does not fit the age you gave ({draft.age_years}). Check both.")
    return False


def _send(request, site: Site, given: dict, draft: Draft, permission_text: str) -> None:
    with scope(site=site.pk):
        referral = services.receive_referral(
            site=site,
            given_name=given["given_name"],
            family_name=given["family_name"],
            birth_date=given["birth_date"],
            email=given["email"],
            phone=given["phone"],
            answers=drafts.for_referral(draft),
            permission_text=permission_text.replace(ANY_SITE, site.name),
            actor=request.actor,
        )
        emails = [line.user.email for line in staff_of(site.pk) if "coordinator" in line.roles and line.user.is_active]
        address = request.build_absolute_uri(reverse("screening:referral", args=[referral.uid]))
        services.tell_coordinators(referral, recipients=emails, address=address, actor=request.actor)
    drafts.erase(request.session)


@declares("public.assess")
@require_safe
def sent(request):
    return _page(request, "assessment_sent.html", Draft())


@declares("public.assess")
@require_POST
def delete(request):
    """Forget every answer now; `again` starts over."""
    drafts.erase(request.session)
    if request.POST.get("again"):
        return redirect("screening:assessment-step", "age")
    return redirect("screening:assessment-deleted")


@declares("public.assess")
@require_safe
def deleted(request):
    return _page(request, "assessment_deleted.html", Draft())
