"""Agree: its front page leads to every page of the area, whoever looks."""

from web.served import ROLES, Served

from tandem.kernel.values import WorkspaceRole
from tandem.web.access import may
from tandem.web.routes import ROUTES


def test_the_front_page_links_every_page_that_stands_alone_and_that_the_role_may_open(served: Served) -> None:
    inner = [
        one
        for one in ROUTES
        if one.area == "agree" and one.get and one.path != "/agree" and "{" not in one.path
    ]
    for role in ROLES:
        page = served.signed_in(role).get("/agree")
        assert page.status_code == 200
        assert 'href="/agree" aria-current="page"' in page.text
        for one in inner:
            assert one.action is not None
            assert (f'href="{one.path}"' in page.text) == may(WorkspaceRole(role), one.action), one.path
