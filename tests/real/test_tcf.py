"""Our reading of TC strings against strings decoded elsewhere; where the set lies beside the project."""

import json
from datetime import datetime
from typing import Any

import pytest
from machine import shared_data

from tandem.collect.tcf import decode

pytestmark = [pytest.mark.real, pytest.mark.shared]
STRINGS = 8


@pytest.mark.parametrize("number", range(STRINGS))
def test_reads_what_others_read(number: int) -> None:
    folder = shared_data()
    assert folder is not None
    vectors: list[dict[str, Any]] = json.loads((folder / "consent" / "tcf_v2_decoded.json").read_text())
    assert len(vectors) == STRINGS
    known = vectors[number]
    read = decode(known["tcString"])
    own = read.publisher
    assert {
        "created": read.created,
        "lastUpdated": read.updated,
        "cmpId": read.cmp_id,
        "cmpVersion": read.cmp_version,
        "consentScreen": read.screen,
        "consentLanguage": read.language,
        "vendorListVersion": read.vendor_list,
        "policyVersion": read.policy,
        "isServiceSpecific": read.service_specific,
        "purposeOneTreatment": read.purpose_one_treatment,
        "publisherCountryCode": read.country,
        "specialFeatureOptins": sorted(read.special_features),
        "purposeConsents": sorted(read.consents),
        "purposeLegitimateInterests": sorted(read.interests),
        "vendorConsents": list(read.vendor_consents.numbers()),
        "vendorLegitimateInterests": list(read.vendor_interests.numbers()),
        "vendorsDisclosed": list(read.disclosed.numbers()) if read.disclosed else [],
        "vendorsAllowed": list(read.allowed.numbers()) if read.allowed else [],
        "publisherConsents": sorted(own.consents) if own else [],
        "publisherLegitimateInterests": sorted(own.interests) if own else [],
        "publisherCustomConsents": sorted(own.custom_consents) if own else [],
        "publisherRestrictions": [
            {
                "purposeId": one.purpose,
                "restrictionType": one.type,
                "vendors": sorted({n for start, end in one.vendors for n in range(start, end + 1)}),
            }
            for one in read.restrictions
        ],
    } == {
        name: datetime.fromisoformat(value).replace(tzinfo=None)
        if name in ("created", "lastUpdated")
        else value
        for name, value in known.items()
        if name not in ("tcString", "ok", "version")
    }
