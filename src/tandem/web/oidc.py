"""The company's sign-in service (OpenID Connect): code flow with PKCE, and an ID token that is checked in full."""

import os
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

import httpx2
from authlib.common.errors import AuthlibBaseError
from authlib.integrations.httpx_client import OAuth2Client
from joserfc import jwt
from joserfc.errors import JoseError
from joserfc.jwk import KeySet

from tandem.charter.definitions import SignInService
from tandem.kernel import Missing, Problems
from tandem.usecases.sign_in import Claims
from tandem.web import problems

BACK = "/sign-in/back"
SCOPE = "openid email profile"
SECRET = "TANDEM_OIDC_SECRET"
# Never "none", and nothing symmetric: the client's secret is no signing key.
ALGORITHMS = ["RS256", "RS384", "RS512", "PS256", "ES256", "ES384", "EdDSA"]
LEEWAY_SECONDS = 60
TIMEOUT_SECONDS = 10


@dataclass(frozen=True)
class Service:
    """The service during one request: its own description of itself, and a client to it."""

    settings: SignInService
    described: dict[str, Any]
    client: OAuth2Client

    def address(self, state: str, nonce: str, verifier: str) -> str:
        """Where to send the browser."""
        made, _ = self.client.create_authorization_url(
            self.described["authorization_endpoint"], state=state, nonce=nonce, code_verifier=verifier
        )
        return str(made)

    def claims(self, code: str, error: str, nonce: str, verifier: str, now: datetime) -> Claims:
        """Who came back with this code. Raises WEB-008 with what the service said or what does not hold."""
        if error or not code:
            raise Problems(
                problems.ELSEWHERE("the service sent you back without a sign-in", found=error or None)
            )
        token = self.client.fetch_token(
            self.described["token_endpoint"],
            code=code,
            code_verifier=verifier,
            grant_type="authorization_code",
        )
        told = self._checked(str(token.get("id_token", "")), nonce, now)
        if "email" not in told and "userinfo_endpoint" in self.described:
            more = self.client.get(self.described["userinfo_endpoint"]).json()
            # Told by an access token alone; it must speak of the same person.
            told = {**more, **told} if more.get("sub") == told["sub"] else told
        role = told.get(self.settings.role_claim) if self.settings.role_claim else None
        return Claims(
            issuer=told["iss"],
            subject=told["sub"],
            email=str(told["email"]) if told.get("email") and told.get("email_verified") is True else None,
            display=str(told.get("name") or ""),
            role=None if role is None else str(role),
        )

    def _checked(self, token: str, nonce: str, now: datetime) -> dict[str, Any]:
        answer = self.client.request("GET", self.described["jwks_uri"], withhold_token=True)
        keys = KeySet.import_key_set(answer.json())
        found = jwt.decode(token, keys, algorithms=ALGORITHMS).claims
        rules = jwt.JWTClaimsRegistry(
            now=int(now.replace(tzinfo=UTC).timestamp()),
            leeway=LEEWAY_SECONDS,
            iss={"essential": True, "value": self.described["issuer"]},
            aud={"essential": True, "value": self.settings.client_id},
            sub={"essential": True},
            exp={"essential": True},
            nonce={"essential": True, "value": nonce},
        )
        rules.validate(found)
        if found.get("azp", self.settings.client_id) != self.settings.client_id:
            raise Problems(
                problems.ELSEWHERE("the sign-in was made for another program", found=str(found["azp"]))
            )
        return dict(found)


@contextmanager
def at(settings: SignInService | None, origin: str) -> Iterator[Service]:
    """The service, read from its own description. Whatever fails on the way is WEB-008, and nobody is signed in."""
    if settings is None:
        raise Missing(problems.NO_SERVICE("there is no sign-in service in tandem.toml"))
    client = OAuth2Client(
        settings.client_id,
        os.environ.get(SECRET),
        scope=SCOPE,
        redirect_uri=origin + BACK,
        code_challenge_method="S256",
        token_endpoint_auth_method="client_secret_basic" if os.environ.get(SECRET) else "none",
        timeout=TIMEOUT_SECONDS,
    )
    try:
        with client:
            answer = client.request(
                "GET", f"{settings.issuer}/.well-known/openid-configuration", withhold_token=True
            )
            described = answer.raise_for_status().json()
            if described.get("issuer", "").rstrip("/") != settings.issuer:
                found = str(described.get("issuer"))
                raise Problems(problems.ELSEWHERE("the service calls itself otherwise", found=found))
            yield Service(settings, described, client)
    except (AuthlibBaseError, JoseError, httpx2.HTTPError, ValueError, KeyError) as failed:
        reason = str(failed) or type(failed).__name__
        raise Problems(
            problems.ELSEWHERE("the service's answer does not hold", found=reason[:200])
        ) from failed
