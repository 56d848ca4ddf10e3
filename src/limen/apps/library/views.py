"""Public pages: home, the science with its sources, crisis help; and the style guide."""

from django.shortcuts import render
from django.views.decorators.http import require_safe

from limen.apps.accounts.access import declares
from limen.apps.library import selectors
from limen.ui.styleguide import context as styleguide_context


@declares("public.read")
@require_safe
def home(request):
    published = {slug.replace("-", "_") for slug in selectors.slugs() if selectors.is_published(slug)}
    return render(request, "library/home.html", {"published": published})


def _page(request, slug: str, template: str = "library/page.html"):
    try:
        shown = selectors.page(slug)
    except selectors.NotPublished:
        return render(request, "library/not_published.html")
    return render(request, template, {"shown": shown})


@declares("public.read")
@require_safe
def how_it_works(request):
    return _page(request, "how-it-works")


@declares("public.read")
@require_safe
def treatment_options(request):
    return _page(request, "treatment-options")


@declares("public.read")
@require_safe
def what_to_expect(request):
    return _page(request, "what-to-expect")


@declares("public.read")
@require_safe
def questions(request):
    return _page(request, "questions")


@declares("public.read")
@require_safe
def evidence(request):
    return _page(request, "evidence-notes")


@declares("public.read")
@require_safe
def crisis_help(request):
    return _page(request, "crisis-help", "library/crisis_help.html")


@declares("public.read")
@require_safe
def definitions(request):
    return render(request, "library/definitions.html", {"definitions": selectors.definitions()})


@declares("public.read")
@require_safe
def styleguide(request):
    return render(request, "styleguide.html", styleguide_context())
