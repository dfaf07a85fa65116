"""What the app relies on inside Streamlit is looked at when it starts."""

from __future__ import annotations

import pytest
from starlette.responses import JSONResponse
from starlette.types import Receive, Scope, Send
from streamlit.proto.NewSession_pb2 import CustomThemeConfig
from streamlit.runtime import app_session

from ahp.errors import AHPError
from ahp.i18n.errors import error_sentence
from ahp.web import internals
from ahp.web.internals import check_streamlit, keep_theme
from ahp.web.server import configure

from .test_doors import run


async def another_streamlit(scope: Scope, receive: Receive, send: Send) -> None:
    """Knows nothing of the dialogs' setting, and takes files at another address."""
    status = 200 if scope["method"] == "GET" else 404
    await JSONResponse({"dialogs": "always"}, status)(scope, receive, send)


def test_another_streamlit_is_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(internals, "STREAMLIT_VERSION_STRING", "9.9")
    with pytest.raises(AHPError) as refused:
        run(check_streamlit(another_streamlit))
    assert str(refused.value) == (
        "Streamlit 9.9 works differently from the versions this program was made for (the setting "
        "that keeps its own dialogs away, the page that it begins with, the address of uploads). "
        "Install the versions in constraints.txt."
    )
    assert error_sentence(refused.value, "zh") == (
        "Streamlit 9.9 的内部做法与本程序所适配的版本不同"
        "（屏蔽其自带对话框的设置、起始页面、上传地址）。"
        "请安装 constraints.txt 中列出的版本。"
    )


@pytest.mark.parametrize("changed", ["ScriptRunner", "AppSession"])
def test_a_streamlit_that_runs_pages_differently_is_refused(
    monkeypatch: pytest.MonkeyPatch, changed: str
) -> None:
    monkeypatch.setattr(internals.app_session, changed, type("Runner", (), {}))
    with pytest.raises(AHPError) as refused:
        run(check_streamlit(another_streamlit))
    assert "address of uploads, what runs its pages)" in str(refused.value)


def test_streamlit_looks_for_no_console(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(internals.env_util, "is_repl", lambda: True)
    internals.skip_console_check()
    assert internals.env_util.is_repl() is False


def test_the_theme_is_looked_up_once(monkeypatch: pytest.MonkeyPatch) -> None:
    populate, asked = app_session._populate_theme_msg, []

    def note(message: CustomThemeConfig, section: str = "theme") -> None:
        asked.append(section)
        populate(message, section)

    configure()
    monkeypatch.setattr(app_session, "_populate_theme_msg", note)
    keep_theme.__wrapped__()
    for _run in range(2):
        for section in ("theme", "theme.light"):
            expected, found = CustomThemeConfig(), CustomThemeConfig()
            populate(expected, section)
            app_session._populate_theme_msg(found, section)
            assert found == expected
    assert found.primary_color == "#1f5f99"
    assert asked == ["theme", "theme.light"]
