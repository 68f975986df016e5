"""What every page is made of: the document, its sections, pictures, figures and cells of tables."""

from base64 import b64encode
from decimal import Decimal
from html import escape
from importlib.resources import files
from string import Template

from trading_bot.report.page.markup import Child, Html, element, image, joined
from trading_bot.report.wording import signed_money

NUMBER = "number"


def document(title: str, body: Html, *, more_style: str = "") -> str:
    """A whole self-contained document; no script and nothing from elsewhere can run in it."""
    package = files("trading_bot.report.page")
    template = Template(package.joinpath("page.html").read_text("utf-8"))
    style = package.joinpath("page.css").read_text("utf-8")
    return template.substitute(title=escape(title), style=style + more_style, body=body.text)


def section(title: str, *children: Child) -> Html:
    """A part of the page under its heading."""
    return element("section", element("h2", title), *children)


def svg_image(svg: str, description: str, *, narrow: str | None = None) -> Html:
    """A plot, and perhaps another one for phones."""
    return image(_data(svg), description, narrow_source=None if narrow is None else _data(narrow))


def _data(svg: str) -> str:
    return f"data:image/svg+xml;base64,{b64encode(svg.encode()).decode()}"


def fact(name: str, value: str) -> Html:
    """A name and its value in a line of facts."""
    return element("div", joined(element("dt", name), element("dd", value)))


def figure_box(name: str, value: str, sign: str | None = None, box: str | None = None) -> Html:
    """A key figure in its box."""
    return element("div", element("dt", name), element("dd", value, class_=sign), class_=box)


def headings(*names: tuple[str, str | None]) -> Html:
    """The head of a table; each heading with its class."""
    return element("thead", element("tr", *(element("th", name, class_=style) for name, style in names)))


def cell(label: str, *children: Child, style: str | None = None) -> Html:
    """A cell that knows its heading, for phones."""
    return element("td", *children, class_=style, data_label=label)


def money_cell(label: str, amount: Decimal) -> Html:
    """An amount in its colour."""
    return cell(label, element("span", signed_money(amount), class_=sign_class(amount)), style=NUMBER)


def amount_row(name: str, amount: str) -> Html:
    """A row of a table of amounts."""
    return element("tr", element("td", name), element("td", amount, class_=NUMBER))


def sign_class(amount: Decimal | float) -> str | None:
    """The colour of an amount."""
    if amount == 0:
        return None
    return "gain" if amount > 0 else "loss"
