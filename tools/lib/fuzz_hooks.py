"""Teaches schemathesis newline-delimited JSON, and times that a ledger may have seen."""
import datetime

import schemathesis
from hypothesis import strategies


@schemathesis.serializer("application/x-ndjson")
def ndjson(context, value):
    return value if isinstance(value, bytes) else str(value).encode("utf-8", "surrogatepass")


schemathesis.openapi.format(
    "date-time",
    strategies.datetimes(
        min_value=datetime.datetime(1900, 1, 1),
        max_value=datetime.datetime(2030, 1, 1),
        timezones=strategies.sampled_from([datetime.timezone.utc, datetime.timezone(datetime.timedelta(hours=9))]),
    ).map(datetime.datetime.isoformat),
)
