"""A form filled in for one patient is never saved to another (H4, F19)."""


class WrongPatient(Exception):
    """The page was opened for somebody else; nothing was saved."""

    limen_refusal = True


def check(request) -> None:
    """Compare the hidden `expected_patient` of a posted form with the patient the address names."""
    expected = request.POST.get("expected_patient", "")
    if expected != str(request.patient.uid):
        raise WrongPatient(
            "This form was opened for another patient, so nothing was saved. Open this patient's page again."
        )
