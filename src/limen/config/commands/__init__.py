"""The verbs of the `limen` command, one module each. A module adds its parser and names the function to run."""

from limen.config.commands import clock, demo, export_patient, import_measures, score, secrets, serve, setup

ALL = (
    score.add,
    import_measures.add,
    export_patient.add,
    demo.add,
    serve.add,
    clock.add,
    setup.add,
    secrets.add,
)
