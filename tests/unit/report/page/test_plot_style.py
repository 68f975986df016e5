from xml.etree import ElementTree as ET

from trading_bot.report.page.plot_style import add_legend, name_values, new_figure, png_of, svg_of


def drawn():
    figure, (axes, below) = new_figure(4, 3, ratios=(2, 1))
    axes.plot([0, 1], [0, 1_234_567], label="net")
    below.plot([0, 1], [0, -1])
    add_legend(axes, 1)
    name_values(axes, "rupees")
    return figure, axes


def test_panels_share_their_horizontal_axis_and_only_the_lowest_labels_it():
    figure, (axes, below) = new_figure(4, 3, ratios=(2, 1))

    axes.set_xlim(3, 4)

    assert below.get_xlim() == (3, 4)
    assert not axes.xaxis.get_tick_params()["labelbottom"]
    assert below.xaxis.get_tick_params()["labelbottom"]
    assert len(figure.axes) == 2


def test_values_are_grouped_the_indian_way():
    _, axes = drawn()

    assert axes.yaxis.get_major_formatter()(-1_234_567.5, 0) == "\u221212,34,567.50"
    assert axes.yaxis.get_major_formatter()(100_000, 0) == "1,00,000"


def test_a_figure_becomes_a_readable_svg_or_png():
    figure, axes = drawn()

    assert ET.fromstring(svg_of(figure)).tag == "{http://www.w3.org/2000/svg}svg"
    assert png_of(figure).startswith(b"\x89PNG")
    assert axes.get_ylabel() == "rupees"
