"""Education pages: a figure that cannot be traced is refused, and the refusal says where and what to do."""

import pytest

from limen.clinical.definitions.common import DefinitionError
from limen.clinical.definitions.page import (
    NOT_YET_REVIEWED,
    Contact,
    Faq,
    Paragraph,
    SiteText,
    figures_in,
    parse_page,
)

HEAD = """
id = "education/example"
version = "1"
title = "An example"
status = "released"
licence = "Apache-2.0"
slug = "example"
summary = "What an example looks like."
"""

# ELEKT-D: 108 of 195 responded; 100 * 108 / 195 = 55.38, printed 55.4.
CLAIM = """
[[claims]]
id = "response"
text = "After ketamine, 55.4% had responded at 3 weeks."
value = "55.4"
unit = "%"
route = "into a vein"
dose = "0.5 mg/kg"
comparator = "ECT: 41.2% (70 of 170)"
n = 195
count = 108
time_point = "3 weeks"
design = "open randomised trial"
source = "Trial"
place = "abstract"
grade = "A"
"""

SOURCE = """
[[sources]]
key = "Trial"
citation = "A trial, 2023"
grade = "A"
"""


def page_with(blocks: str, *, head: str = HEAD, claim: str = CLAIM, source: str = SOURCE) -> str:
    return f'{head}\n[[sections]]\nid = "one"\ntitle = "One"\n{blocks}\n{claim}\n{source}'


def block(body: str) -> str:
    return f"[[sections.blocks]]\n{body}\n"


CITED = block('kind = "paragraph"\ntext = "Of those treated, 55.4% responded."\nclaims = ["response"]')


def refusal(text: str) -> str:
    with pytest.raises(DefinitionError) as error:
        parse_page(text, "example.toml")
    return str(error.value)


def test_a_page_whose_figures_are_all_cited_is_read():
    page = parse_page(page_with(CITED), "example.toml")
    assert page.slug == "example"
    assert page.sections[0].blocks == (Paragraph("Of those treated, 55.4% responded.", ("response",)),)
    claim = page.claim("response")
    assert (claim.value, claim.n, claim.count, claim.source, claim.grade) == ("55.4", 195, 108, "Trial", "A")


@pytest.mark.parametrize(
    ("text", "figures"),
    [
        ("no figure here", ()),
        ("PHQ-9, GAD-7, CYP3A4 and TRANSFORM-2 are names", ()),
        ("1-2 hours", ("1", "2")),
        ("10–12 days", ("10", "12")),
        ("-0.39 and 1,247 people", ("0.39", "1,247")),
        ("on day 7.", ("7",)),
        ("a day-7 visit", ("7",)),
    ],
)
def test_figures_are_told_apart_from_digits_in_names(text, figures):
    assert figures_in(text) == figures


def test_a_paragraph_with_a_figure_and_no_claim_is_refused():
    message = refusal(page_with(block('kind = "paragraph"\ntext = "About 60 in a hundred responded."')))
    assert "'60'" in message and "claims = [...]" in message and "blocks[0]" in message


def test_a_figure_that_the_cited_claim_does_not_hold_is_refused():
    body = 'kind = "paragraph"\ntext = "Of those treated, 54.5% responded."\nclaims = ["response"]'
    assert "'54.5'" in refusal(page_with(block(body)))


def test_the_denominator_and_the_comparator_of_a_cited_claim_may_be_used():
    body = 'kind = "paragraph"\ntext = "108 of 195 responded, against 41.2% of 170."\nclaims = ["response"]'
    assert parse_page(page_with(block(body)), "example.toml")


@pytest.mark.parametrize(
    "body",
    [
        'kind = "list"\nitems = [{ text = "About 60 in a hundred" }]',
        'kind = "faq"\nitems = [{ question = "How many?", answer = "About 60." }]',
        'kind = "comparison"\ncaption = "Two"\ncolumns = ["a", "b"]\nrows = [{ cells = ["x", "60"] }]',
        'kind = "stage"\nnumber = 1\ntitle = "t"\ntext = "60"\nevidence = "hypothesis"\ndoubt = "d"',
        'kind = "stage"\nnumber = 1\ntitle = "t"\ntext = "t"\nevidence = "hypothesis"\ndoubt = "60"',
        'kind = "figures"\ntitle = "t"\nnote = "60"\nclaims = ["response"]',
        'kind = "site_text"\nsetting = "cost"\nwhen_unset = "It costs 60."',
    ],
)
def test_no_kind_of_block_lets_an_untraced_figure_through(body):
    assert "'60'" in refusal(page_with(CITED + block(body)))


def test_a_summary_cannot_hold_a_figure_because_it_cannot_cite():
    head = HEAD.replace("What an example looks like.", "It helps 55.4%.")
    assert "summary" in refusal(page_with(CITED, head=head))


def test_a_claim_that_does_not_exist_is_named():
    assert "'other'" in refusal(page_with(CITED.replace('"response"', '"other"')))


def test_a_claim_that_no_block_shows_is_refused():
    assert "not cited" in refusal(page_with(block('kind = "paragraph"\ntext = "No figure."')))


def test_two_claims_may_not_share_an_id():
    assert "used twice" in refusal(page_with(CITED, claim=CLAIM + CLAIM))


@pytest.mark.parametrize("key", ["route", "dose", "comparator", "time_point", "design", "source", "place", "unit"])
def test_a_claim_says_everything_a_reader_needs_to_judge_it(key):
    lines = [line for line in CLAIM.splitlines() if not line.startswith(f"{key} =")]
    assert f"'{key}' is missing" in refusal(page_with(CITED, claim="\n".join(lines)))


@pytest.mark.parametrize("grade", ["U", "C"])
def test_a_claim_graded_below_b_is_refused(grade):
    claim = CLAIM.replace('grade = "A"', f'grade = "{grade}"')
    assert "only A or B" in refusal(page_with(CITED, claim=claim))


def test_an_unverified_source_is_refused_even_in_a_draft():
    head = HEAD.replace("released", "draft")
    source = SOURCE.replace('grade = "A"', 'grade = "U"')
    assert "only A or B" in refusal(page_with(CITED, head=head, source=source))


def test_a_claim_cannot_be_graded_better_than_its_source():
    assert "better than its source" in refusal(page_with(CITED, source=SOURCE.replace('grade = "A"', 'grade = "B"')))


def test_a_percentage_must_agree_with_its_own_count_and_n():
    # 109 of 195 is 55.9%, not 55.4%.
    message = refusal(page_with(CITED, claim=CLAIM.replace("count = 108", "count = 109")))
    assert "109 of 195 is 55.9%" in message


def test_the_text_of_a_claim_holds_its_value():
    assert "does not contain its value" in refusal(
        page_with(CITED, claim=CLAIM.replace('value = "55.4"', 'value = "55.5"'))
    )


def test_an_unknown_n_is_said_not_left_out():
    assert "'n' is missing" in refusal(
        page_with(CITED, claim=CLAIM.replace("n = 195\n", "").replace("count = 108\n", ""))
    )
    claim = CLAIM.replace("n = 195", 'n = "not reported"').replace("count = 108\n", "")
    assert parse_page(page_with(CITED, claim=claim), "example.toml").claim("response").n is None


@pytest.mark.parametrize("n", ["0", "-3", '"many"'])
def test_an_impossible_n_is_refused(n):
    assert "n" in refusal(page_with(CITED, claim=CLAIM.replace("n = 195", f"n = {n}")))


def test_a_page_nobody_reviewed_says_so():
    page = parse_page(page_with(CITED), "example.toml")
    assert not page.is_reviewed
    assert page.review_line == NOT_YET_REVIEWED


REVIEW = 'reviewed_by = "Dr A. Reviewer"\nreviewed_on = "2026-03-31"\nreviewer_licence = "physician"\n'


def test_a_reviewed_page_names_the_licensed_reviewer_and_the_date():
    page = parse_page(page_with(CITED, head=HEAD + REVIEW), "example.toml")
    assert page.review_line == "Reviewed by Dr A. Reviewer (physician) on 2026-03-31."


@pytest.mark.parametrize("missing", ["reviewed_by", "reviewed_on", "reviewer_licence"])
def test_half_a_review_is_refused(missing):
    review = "\n".join(line for line in REVIEW.splitlines() if not line.startswith(missing)) + "\n"
    assert "a review needs" in refusal(page_with(CITED, head=HEAD + review))


def test_a_review_date_must_be_a_date():
    assert "not a date" in refusal(page_with(CITED, head=HEAD + REVIEW.replace("2026-03-31", "spring")))


def test_a_table_row_fills_every_column():
    body = 'kind = "comparison"\ncaption = "Two"\ncolumns = ["a", "b"]\nrows = [{ cells = ["x"] }]'
    assert "2 filled cells" in refusal(page_with(CITED + block(body)))


def test_a_telephone_number_needs_a_verified_source():
    body = 'kind = "contact"\nlabel = "Line"\nnumber = "988"\nhow = "call"\ntext = "Someone answers."\n'
    page = parse_page(page_with(CITED + block(body + 'source = "Trial"')), "example.toml")
    assert page.sections[0].blocks[1] == Contact("Line", "988", "call", "Someone answers.", "Trial")
    assert "no source 'Nobody'" in refusal(page_with(CITED + block(body + 'source = "Nobody"')))


def test_words_of_the_site_are_named_by_their_setting():
    body = 'kind = "site_text"\nsetting = "cost"\nwhen_unset = "Ask the clinic."'
    page = parse_page(page_with(CITED + block(body)), "example.toml")
    assert page.sections[0].blocks[1] == SiteText("cost", "Ask the clinic.")


def test_an_unknown_kind_of_block_is_refused_with_the_known_ones():
    message = refusal(page_with(CITED + block('kind = "video"')))
    assert "'video'" in message and "paragraph" in message and "contact" in message


def test_an_unknown_key_is_refused():
    assert "unknown key 'colour'" in refusal(page_with(CITED, head=HEAD + 'colour = "red"\n'))


def test_a_stage_says_what_kind_of_evidence_it_rests_on():
    body = 'kind = "stage"\nnumber = 1\ntitle = "t"\ntext = "t"\nevidence = "proved"\ndoubt = "d"'
    assert "'proved'" in refusal(page_with(CITED + block(body)))


def test_questions_keep_their_claims():
    body = 'kind = "faq"\nitems = [{ question = "How many?", answer = "55.4% responded.", claims = ["response"] }]'
    faq = parse_page(page_with(block(body)), "example.toml").sections[0].blocks[0]
    assert isinstance(faq, Faq)
    assert faq.items[0].claims == ("response",)


@pytest.mark.parametrize(
    "text",
    [
        page_with(block('kind = "list"\nitems = ["a plain text"]')),
        page_with(block('kind = "faq"\nitems = "a plain text"')),
        page_with(block('kind = "paragraph"\ntext = "No figure."\nclaims = "response"')),
        page_with(block('kind = "paragraph"\ntext = "No figure."\nclaims = [1]')),
        page_with(block('kind = "paragraph"\ntext = "  "')),
        page_with(block('kind = "comparison"\ncaption = "c"\ncolumns = []\nrows = [{ cells = [] }]')),
        page_with(block('kind = "comparison"\ncaption = "c"\ncolumns = ["60"]\nrows = [{ cells = ["x"] }]')),
        HEAD + SOURCE,
        HEAD + 'sections = ["one"]\n' + SOURCE,
        "not toml at all",
    ],
)
def test_a_malformed_file_is_refused_in_words_and_says_where(text):
    assert refusal(text).startswith("example.toml")
