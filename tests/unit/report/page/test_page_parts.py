from decimal import Decimal

import pytest

from trading_bot.report.page.markup import Html, element
from trading_bot.report.page.page_parts import (
    amount_row,
    cell,
    document,
    fact,
    figure_box,
    headings,
    money_cell,
    section,
    sign_class,
    svg_image,
)


def test_a_document_escapes_its_title_and_takes_more_style():
    page = document("<b>", element("p", "text"), more_style=".heat { color: red }")

    assert "<title>&lt;b&gt;</title>" in page
    assert ".heat { color: red }\n</style>" in page
    assert "<main>\n<p>text</p>\n</main>" in page


def test_a_section_stands_under_its_heading():
    assert section("A & B", "text").text == "<section><h2>A &amp; B</h2>text</section>"


def test_a_plot_has_another_picture_for_phones_only_when_there_is_one():
    assert "srcset" not in svg_image("<svg/>", "plot").text
    assert svg_image("<svg/>", "plot", narrow="<svg/>").text.count("data:image/svg+xml;base64,PHN2Zy8+") == 2


def test_facts_and_figures_name_their_values():
    assert fact("Days", "3").text == "<div><dt>Days</dt><dd>3</dd></div>"
    box = figure_box("Net", "5", "gain", "first")
    assert box.text == '<div class="first"><dt>Net</dt><dd class="gain">5</dd></div>'


def test_cells_carry_their_heading_for_phones():
    assert headings(("Net", "number")).text == '<thead><tr><th class="number">Net</th></tr></thead>'
    assert cell("Net", "5").text == '<td data-label="Net">5</td>'
    assert '<span class="loss">\u22125.00</span>' in money_cell("Net", Decimal(-5)).text
    assert amount_row("GST", "5") == Html('<tr><td>GST</td><td class="number">5</td></tr>')


@pytest.mark.parametrize(
    ("amount", "expected"), [(Decimal(0), None), (Decimal("0.01"), "gain"), (-0.5, "loss")]
)
def test_an_amount_is_coloured_by_its_sign(amount, expected):
    assert sign_class(amount) == expected
