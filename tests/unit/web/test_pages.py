import pytest

from tests.fakes.dashboard import ASSETS, ORIGIN, READER
from trading_bot.web.assets import PAGE, Assets, read_assets
from trading_bot.web.routes.pages import _login_page


async def test_the_login_page_is_a_plain_form_without_script(bench):
    async with bench.client(None) as client:
        page = (await client.get("/login")).text

    assert '<form method="post" action="/login">' in page
    assert "<script" not in page
    assert "style=" not in page
    assert f"/static/{ASSETS.hash}/login.css" in page


async def test_a_wrong_token_is_told_without_repeating_it(bench):
    """Fault 120."""
    async with bench.client(None, Origin=ORIGIN) as client:
        answer = await client.post("/login", data={"token": "<b>guess</b>"})

    assert answer.status_code == 401
    assert "guess" not in answer.text
    assert "set-cookie" not in answer.headers


@pytest.mark.parametrize("body", [b"", b"token", b"token=%ff&token=x", b"\xff\x00", b"=&=&;"])
async def test_a_login_that_makes_no_sense_opens_nothing(bench, body):
    async with bench.client(None, Origin=ORIGIN) as client:
        assert (await client.post("/login", content=body)).status_code == 401


async def test_the_page_links_to_files_by_the_hash_of_their_content(bench):
    async with bench.client(READER) as client:
        page = await client.get("/dashboard")
        link = page.text.split('src="')[1].split('"')[0]
        script = await client.get(link)

    assert link == f"/static/{ASSETS.hash}/app.js"
    assert "immutable" in script.headers["cache-control"]
    assert script.headers["content-type"].startswith("text/javascript")


async def test_the_root_leads_to_the_page(bench):
    async with bench.client(READER) as client:
        answer = await client.get("/")

    assert (answer.status_code, answer.headers["location"]) == (303, "/dashboard")


@pytest.mark.parametrize(
    "path",
    [
        "../app.py",
        "..%2fapp.py",
        "%2e%2e/%2e%2e/settings.py",
        "/etc/passwd",
        "0123456789ab/../app.py",
        "",
        "nothing.js",
        "0123456789ab",
    ],
)
async def test_nothing_outside_the_folder_is_served(bench, path):
    """Fault 122."""
    async with bench.client(None) as client:
        assert (await client.get(f"/static/{path}")).status_code in (401, 404)


def test_files_are_named_by_their_path_below_the_folder(tmp_path):
    (tmp_path / "parts").mkdir()
    (tmp_path / "parts" / "chart.mjs").write_text("export {}")
    (tmp_path / "index.html").write_text("<!doctype html>")
    (tmp_path / ".hidden").write_text("x")
    (tmp_path / "made.py").write_text("x")

    assets = read_assets(tmp_path)

    assert set(assets.files) == {"index.html", "parts/chart.mjs"}
    assert assets.files["parts/chart.mjs"].media_type == "text/javascript"
    assert assets.find(f"{assets.hash}/parts/chart.mjs")[1]
    assert not assets.find("parts/chart.mjs")[1]


def test_the_hash_follows_content_and_names(tmp_path):
    hashes = []
    for name, text in (("a.js", "1"), ("a.js", "2"), ("b.js", "2")):
        folder = tmp_path / f"{name}{text}"
        folder.mkdir()
        (folder / name).write_text(text)
        hashes.append(read_assets(folder).hash)

    assert len(set(hashes)) == 3


def test_without_a_page_there_is_none():
    assert Assets({}, "x").index() is None


def test_the_page_that_comes_with_the_program_asks_for_nothing_inline():
    """The policy forbids it, and a browser would show nothing."""
    for name, asset in read_assets(PAGE).files.items():
        if name.endswith(".html"):
            assert b"<style" not in asset.content
            assert b" style=" not in asset.content
            assert b"<script>" not in asset.content
            assert b"http://" not in asset.content.replace(b"http://www.w3.org/", b"")


async def test_the_schema_is_shown_without_script(bench):
    async with bench.client(READER) as client:
        page = (await client.get("/docs")).text
        style = await client.get("/docs/style.css")

    assert "/api/v1/panic/prepare" in page
    assert "<script" not in page
    assert style.headers["content-type"].startswith("text/css")


async def test_every_path_of_the_api_is_described(bench):
    async with bench.client(READER) as client:
        schema = (await client.get("/api/v1/openapi.json")).json()

    told = {(path, method) for path, methods in schema["paths"].items() for method in methods}
    assert len(told) == 21
    assert all(
        operation["description"] for methods in schema["paths"].values() for operation in methods.values()
    )


def test_the_login_page_brings_its_own_icon():
    """Else browsers ask for one that needs a token, and complain."""
    assets = read_assets(PAGE)

    page = _login_page(assets).body.decode()

    assert f'<link rel="icon" href="/static/{assets.hash}/icon.svg"' in page
    assert "icon.svg" in assets.files
