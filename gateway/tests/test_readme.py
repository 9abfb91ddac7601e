"""The gateway's README tells what the gateway does."""

from pathlib import Path

from gateway.entrance import OURS
from gateway.routes import ROUTES
from gateway.settings import Settings
from servicekit.hops import HOP_BY_HOP

README = (Path(__file__).parents[1] / "README.md").read_text("utf-8")


def test_its_route_table_is_the_one_in_force() -> None:
    table = README.partition("<!-- routes -->")[2].partition("<!-- /routes -->")[0]
    rows = "".join(f"| `{path}` | {service or '–'} |\n" for path, service in sorted(ROUTES.items()))
    assert table == "\n| Address | Service |\n|---|---|\n" + rows


def test_it_names_every_header_that_is_dropped() -> None:
    told = README.lower().replace("`proxy-*`", "`proxy-authenticate` `proxy-authorization` `proxy-connection`")
    for name in [*HOP_BY_HOP, *OURS]:
        assert f"`{name.decode().removesuffix('-')}" in told


def test_it_names_every_setting_with_its_usual_value() -> None:
    for name, field in Settings.model_fields.items():
        if name == "clock_file":  # for services: the gateway knows no legal time
            continue
        absent = field.is_required() or field.default is None
        usual = "–" if absent else f"`{field.default:g}`" if name == "answer_seconds" else f"`{field.default}`"
        assert f"| `{field.validation_alias}` | {usual} |" in README
