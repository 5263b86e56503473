"""Long lists come in pages, of numbers that any database can count."""

from ninja import Field, Schema
from ninja.pagination import LimitOffsetPagination

MOST, FARTHEST = 1000, 10**9


class Pages(LimitOffsetPagination):
    """So many from so far on."""

    class Input(Schema):
        """`limit` a page, from `offset` on."""

        limit: int = Field(100, ge=1, le=MOST)
        offset: int = Field(0, ge=0, le=FARTHEST)
