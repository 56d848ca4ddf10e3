"""limen setup: the first site and its administrator's one-time link. No default account exists (S10)."""

from zoneinfo import available_timezones

from limen.config.console import CommandError, start_django


def add(verbs) -> None:
    parser = verbs.add_parser(
        "setup",
        help="migrate the database, make the first site and print its administrator's one-time link",
        epilog="example: limen setup --organisation Alder --site Riverside --time-zone America/New_York "
        "--state NY --admin-email ada@example.org --admin-name 'Ada Lind' --address https://limen.example.org",
    )
    for name in ("organisation", "site", "time-zone", "state", "admin-email", "admin-name", "address"):
        parser.add_argument(f"--{name}", required=True)
    parser.set_defaults(run=run)


def run(options) -> int:
    if options.time_zone not in available_timezones():
        raise CommandError(f"'{options.time_zone}' is not a time zone; use a name such as America/New_York.")
    if "@" not in options.admin_email:
        raise CommandError(f"'{options.admin_email}' is not an e-mail address.")
    start_django()
    from django.core.management import call_command
    from django.utils.text import slugify

    from limen.apps.accounts import services
    from limen.apps.accounts.models import Site
    from limen.apps.records.actor import system

    call_command("migrate", verbosity=0)
    call_command("createcachetable", verbosity=0)
    call_command("collectstatic", verbosity=0, interactive=False)
    if Site.objects.exists():
        raise CommandError("This database has a site already. Add people and sites from its pages.")
    actor = system("limen setup")
    site = services.open_site(
        organisation_name=options.organisation,
        name=options.site,
        slug=slugify(options.site),
        time_zone=options.time_zone,
        state_code=options.state,
        actor=actor,
    )
    address = f"{options.address.rstrip('/')}/invitation/"
    _, token = services.invite(
        site=site,
        kind="staff",
        email=options.admin_email,
        display_name=options.admin_name,
        role="admin",
        actor=actor,
        address=address,
    )
    print(f"{site.name} is ready. Its administrator's link works once, for seven days:\n\n  {address}{token}/\n")
    return 0
