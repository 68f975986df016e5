from hypothesis import given
from hypothesis import strategies as st

from trading_bot.report.page.markup import Html, element, image, joined


def test_text_and_attributes_are_escaped():
    made = element("td", "<b>&", data_label='"x"', class_=None)

    assert made == Html('<td data-label="&quot;x&quot;">&lt;b&gt;&amp;</td>')


def test_markup_is_kept_and_nothing_is_left_out():
    assert element("p", element("b", "x"), None, "y").text == "<p><b>x</b>y</p>"


def test_a_picture_may_have_a_narrow_twin():
    assert image("a", "b").text == '<img src="a" alt="b">'
    assert image("a", "b", narrow_source="c").text.startswith("<picture><source media=")


@given(st.text())
def test_no_text_opens_an_element(text):
    assert "<" not in joined(text).text
