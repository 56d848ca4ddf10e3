"""The eligibility assessment line by line, and the prescriber's signed decision."""

import json

from django.contrib import messages
from django.contrib.auth import get_user_model
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.html import format_html, format_html_join
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from limen.apps.accounts import step_up
from limen.apps.accounts.access import ACTIONS, declares
from limen.apps.accounts.selectors import signing_problems
from limen.apps.patients import guard
from limen.apps.patients.selectors import current_episode
from limen.apps.records import clock
from limen.apps.screening import selectors, services, snapshot
from limen.apps.screening.forms import ROUTES, DecisionForm
from limen.apps.screening.models import EligibilityAssessment
from limen.apps.screening.onboarding_views import may_record
from limen.apps.screening.rules import routes_for
from limen.ui.components.data_table import Cell, Row
from limen.ui.templatetags.limen import tag

STATES = {"met": "Met", "not_met": "Not met", "cannot_tell": "Cannot tell"}
CLASSES = {
    "contraindication": "Contraindication",
    "caution": "Caution",
    "required": "Required",
    "programme-exclusion": "Programme exclusion",
}
ROW_TONES = {0: "watch", 1: "alert", 2: "", 3: ""}
RESTRICTED = "Kept from this view: about pregnancy. Prescribers, monitors and the medical director can read it."


@declares("eligibility.read")
@require_safe
def eligibility(request, patient_uid):
    patient = request.patient
    assessment = selectors.latest_assessment(patient)
    decision = selectors.latest_decision(patient)
    history = selectors.assessments(patient)
    lines = _lines(request, assessment) if assessment else []
    page = {
        "assessment": assessment,
        "is_stale": assessment is not None and services.is_assessment_stale(assessment),
        "columns": ["Criterion", "State", "Found", "Inputs", "Source"],
        "rows": [_row(line) for line in lines],
        "counts": _counts(lines),
        "decision": decision,
        "decision_routes": ", ".join(ROUTES.get(r, r).lower() for r in decision.routes) if decision else "",
        "is_in_force": selectors.decision_in_force(patient) is not None,
        "history": history,
        "episode": current_episode(patient),
        "may_assess": may_record(request),
        "may_decide": bool(request.actor.roles & ACTIONS["eligibility.decide"].roles),
        "may_end": bool(request.actor.roles & ACTIONS["episode.end"].roles),
    }
    with timezone.override(request.actor.time_zone):
        return render(request, "screening/eligibility.html", page)


def _lines(request, assessment: EligibilityAssessment) -> list[dict]:
    """Missing first, then what weighs against, then the rest."""
    can_read = selectors.may_read_pregnancy(request.actor)
    lines = [_line(result, can_read) for result in snapshot.results_of(assessment.results)]
    return sorted(lines, key=lambda line: line["rank"])


def _line(result: snapshot.KeptResult, can_read_pregnancy: bool) -> dict:
    names = {item["name"] for item in result.inputs} | set(result.missing)
    is_hidden = bool(names & selectors.PREGNANCY_FACTS) and not can_read_pregnancy
    cannot_tell = result.state == "cannot_tell"
    return {
        "id": result.id,
        "title": result.title,
        "kind": CLASSES.get(result.criterion_class, result.criterion_class),
        "state": "Restricted" if is_hidden else STATES[result.state],
        "tone": "neutral" if is_hidden else _tone(result),
        "finding": RESTRICTED if is_hidden else result.finding,
        "inputs": [] if is_hidden else [_input(item) for item in result.inputs],
        "missing": [] if is_hidden else _missing(result),
        "source": result.source,
        "place": result.source_place,
        "grade": result.source_grade,
        "is_concern": result.is_concern and not is_hidden,
        "rank": 3 if is_hidden else 0 if cannot_tell else 1 if result.is_concern else 2,
    }


def _tone(result: snapshot.KeptResult) -> str:
    if result.state == "cannot_tell":
        return "watch"
    return "alert" if result.is_concern else "good"


def _input(item: dict) -> dict:
    value = {True: "yes", False: "no"}.get(item["value"], item["value"]) if isinstance(item["value"], bool) else None
    age = item["age_days"]
    when = "" if age is None else "today" if age == 0 else "1 day old" if age == 1 else f"{age} days old"
    note = " · ".join(part for part in (when, item["source"]) if part)
    text = value if value is not None else f"{item['value']} {item['unit']}".strip()
    return {"label": item["title"], "value": text, "note": note}


def _missing(result: snapshot.KeptResult) -> list[dict]:
    rows = []
    for name, title in zip(result.missing, result.missing_titles, strict=True):
        url = ""
        if name.startswith("setting:"):
            url = reverse("accounts:setting", args=[name.removeprefix("setting:")])
        rows.append({"title": title, "url": url})
    return rows


def _row(line: dict) -> Row:
    found = format_html("{}{}", line["finding"], _missing_links(line["missing"]))
    inputs = format_html_join(
        "",
        '<div>{}: {} <span class="meta">{}</span></div>',
        ((i["label"], i["value"], i["note"]) for i in line["inputs"]),
    )
    source = Cell(line["source"], note=f"{line['place']} · grade {line['grade']}")
    return Row(
        cells=[
            Cell(line["title"], note=f"{line['id']} · {line['kind']}"),
            tag(text=line["state"], tone=line["tone"]),
            found,
            inputs,
            source,
        ],
        tone=ROW_TONES[line["rank"]],
    )


def _missing_links(missing: list[dict]) -> str:
    if not missing:
        return ""
    links = format_html_join(
        "; ",
        "{}",
        ((format_html('<a href="{}">{}</a>', m["url"], m["title"]) if m["url"] else m["title"],) for m in missing),
    )
    return format_html('<div class="meta">Missing: {}</div>', links)


def _counts(lines: list[dict]) -> dict[str, int]:
    return {
        "cannot_tell": sum(line["rank"] == 0 for line in lines),
        "concerns": sum(line["is_concern"] for line in lines),
        "total": len(lines),
    }


@declares("intake.record")
@require_POST
def assess(request, patient_uid):
    guard.check(request)
    services.assess(request.patient, actor=request.actor)
    messages.success(request, "Every criterion was held against the record as it is now.")
    return redirect("screening:eligibility", patient_uid=patient_uid)


@declares("eligibility.decide")
@require_http_methods(["GET", "HEAD", "POST"])
def decide(request, patient_uid, assessment_uid):
    """The decision is signed on the page that shows what it rests on."""
    patient = request.patient
    rows = EligibilityAssessment.objects.visible_to(request.actor).select_related("episode")
    assessment = get_object_or_404(rows, uid=assessment_uid, patient=patient)
    assessment.patient = patient
    signer = get_user_model().objects.get(pk=request.actor.user_id)
    problems = signing_problems(signer, patient.state_code, clock.today(patient.time_zone))
    form = DecisionForm(request.POST or None, routes=routes_for(assessment.episode.place, patient.site_id))
    if request.method == "POST":
        guard.check(request)
        if form.is_valid() and _decide(request, assessment, form):
            messages.success(request, "The decision is signed.")
            return redirect("screening:eligibility", patient_uid=patient_uid)
    lines = _lines(request, assessment)
    page = {
        "form": form,
        "assessment": assessment,
        "is_stale": services.is_assessment_stale(assessment),
        "problems": problems,
        "open_lines": [line for line in lines if line["rank"] == 0],
        "concerns": [line for line in lines if line["is_concern"]],
        "signed_rows": _signed_rows(patient, assessment, lines),
    }
    with timezone.override(request.actor.time_zone):
        return render(request, "screening/decide.html", page, status=422 if form.is_bound else 200)


def _decide(request, assessment: EligibilityAssessment, form: DecisionForm) -> bool:
    given = dict(form.cleaned_data)
    try:
        proof = step_up.authenticate(request, given.pop("code"))
        services.decide(assessment, actor=request.actor, authentication=proof, **given)
    except step_up.StepUpFailed as error:
        form.add_error("code", str(error))
        return False
    except services.ScreeningRefused as error:
        form.add_error(None, str(error))
        return False
    return True


def _signed_rows(patient, assessment: EligibilityAssessment, lines: list[dict]) -> list[dict]:
    counts = _counts(lines)
    found = f"{counts['total']} criteria: {counts['concerns']} weigh against, {counts['cannot_tell']} cannot be told"
    born = patient.birth_date
    return [
        {"label": "Patient", "value": f"{patient.name}, born {born:%-d %B %Y}"},
        {"label": "Assessment", "value": found, "note": f"rules {assessment.rule_set_pin}"},
        {"label": "Inputs", "value": f"{_known(assessment)} facts known when it was made"},
        {"label": "Decision, ways, reason, words for the patient", "value": "as entered above"},
    ]


def _known(assessment: EligibilityAssessment) -> int:
    return sum(fact is not None for fact in json.loads(assessment.inputs)["facts"].values())
