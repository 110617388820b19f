"""A body that is not as declared is refused in a sentence that is made of what was declared."""

import pytest

from api.http.body import parse
from api.schemas.accounts import NewKey, NewUser, SignIn, TokenRequest
from api.schemas.editing import DutyEnd, NewDuty, NewPerson, NewPlace, PersonChange
from api.schemas.locate import AddressList, PointList
from api.schemas.plan_bodies import NewComment, NewNotice, NewPlan, NewProposal, Rebase
from gis.errors import InvalidInput

DUTY = {"role": "volunteer", "since": "2026-12-01"}
PLACE = {"kind": "business", "name": "示例面馆"}
REFUSED = [
    (SignIn, {}, "name", "name is missing", ()),
    (SignIn, {"name": "a" * 1001, "password": "x"}, "name", "name is longer than 1000 characters: shorten it", ()),
    (SignIn, {"name": 1, "password": "x"}, "name", "name must be a text of at most 1000 characters", ()),
    (SignIn, {"user": "王示例"}, "user", "member 'user' is not known here (known: name, password)", ("name", "password")),
    (TokenRequest, {"name": "a", "password": "b", "scopes": ["root"]}, "scopes",
     "scopes must be one of read, write, plans, accounts", ("read", "write", "plans", "accounts")),
    (NewKey, {"name": "a", "scopes": []}, "scopes",
     "scopes must be a list of one of read, write, plans, accounts", ("read", "write", "plans", "accounts")),
    (NewKey, {"name": "a", "scopes": ["read"], "days": 0}, "days",
     "days must be a whole number from 1 to 3650, or null", ("1..3650", "null")),
    (NewKey, {"name": "a", "scopes": ["read"], "days": True}, "days",
     "days must be a whole number from 1 to 3650, or null", ("1..3650", "null")),
    (NewUser, {"name": "a", "role": "public"}, "role",
     "role must be one of staff, planner, approver, admin", ("staff", "planner", "approver", "admin")),
    (NewDuty, {**DUTY, "since": "2026-13-01"}, "since", "since must be a date such as 2026-10-01", ("YYYY-MM-DD",)),
    (NewDuty, {**DUTY, "since": "2026-W40-4"}, "since", "since must be a date such as 2026-10-01", ("YYYY-MM-DD",)),
    (NewDuty, {**DUTY, "since": None}, "since", "since must be a date such as 2026-10-01", ("YYYY-MM-DD",)),
    (DutyEnd, {}, "until", "until is missing", ("YYYY-MM-DD", "null")),
    (NewPerson, {"name": "王\n示例"}, "name",
     "name holds a line break or a character that cannot be printed: type it again", ()),
    (PersonChange, {"consent": "yes"}, "consent", "consent must be one of true, false", ("true", "false")),
    (NewPlace, {**PLACE, "households": -1}, "households", "households must be a whole number from 0 to 10000000", ("0..10000000",)),
    (NewPlace, {**PLACE, "datum": "wgs-84"}, "datum",
     "datum 'wgs-84' is not known: say which one the coordinates are in (wgs84, cgcs2000, gcj02, bd09)",
     ("wgs84", "cgcs2000", "gcj02", "bd09")),
    (PointList, {"datum": "wgs84", "points": [], "limit": 1}, "limit",
     "member 'limit' is not known here (known: as_of, datum, fields, points)", ("as_of", "datum", "fields", "points")),
    (AddressList, {"addresses": [], "limit": 51}, "limit", "limit must be a whole number from 1 to 50", ("1..50",)),
    (NewPlan, {"title": "示例", "base": "newest"}, "base",
     "base must be a whole number from 1 to 999999999, or in_force, or null", ("1..999999999", "in_force", "null")),
    (NewNotice, {"until": "2026-12-01"}, "from", "from is missing", ("YYYY-MM-DD",)),
    (NewNotice, {"from": "soon", "until": "2026-12-01"}, "from", "from must be a date such as 2026-10-01", ("YYYY-MM-DD",)),
    (NewComment, {"text": "示例", "place": [118.75]}, "place", "place must be a list of 2, or null", ("null",)),
    (NewProposal, {"kind": "repair", "options": {"low": 0}}, "low", "low must be a number from 1 to 100, or null", ("1..100", "null")),
    (NewProposal, {"kind": "repair", "options": {"lo": 3}}, "lo",
     "member 'lo' is not known here (known: high, low, minimum, move_penalty, preserve, time_limit_s, tolerance)",
     ("high", "low", "minimum", "move_penalty", "preserve", "time_limit_s", "tolerance")),
    (Rebase, {"keep": "ours"}, "keep", "keep must be one of mine, theirs", ("mine", "theirs")),
]  # fmt: skip


@pytest.mark.parametrize(("model", "given", "field", "says", "accepted"), REFUSED)
def test_a_refusal_names_the_member_and_what_it_may_be(model, given, field, says, accepted):
    with pytest.raises(InvalidInput) as refused:
        parse(model, given)
    assert refused.value.field == field
    assert str(refused.value) == says
    assert refused.value.accepted == accepted
    assert refused.value.text.zh != says


def test_what_is_not_sent_is_told_from_null():
    assert parse(PersonChange, {"party_member": None}).given() == {"party_member": None}
    assert parse(PersonChange, {"mobile": "025-0000-0001"}).given("reason") == {
        "mobile": "025-0000-0001"
    }
