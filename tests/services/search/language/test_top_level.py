"""Similarity and directives at the top level."""

import pytest

from services.search.conditions import EVERY_FILE, And, TagIs, TagKind
from services.search.errors import QueryTooLarge
from services.search.language.expression import Expression, QueryType
from services.search.query import ImageUri, Sort, SortField, Status, Text
from tests.services.search.language.reading import read

A, B = (TagIs(TagKind.ALL, name) for name in "ab")
BIRD = (Text("bird"),)

EXPRESSIONS = {
    "Content:bird": Expression(examples=BIRD),
    "content : 'bird'": Expression(examples=BIRD),
    "tags=a AND Content:bird": Expression(A, BIRD),
    "(tags=a AND Content:bird) AND tags=b": Expression(And((A, B)), BIRD),
    "Content:bird AND Content:'a dog'": Expression(examples=(*BIRD, Text("a dog"))),
    "Content:bird AND NOT Content:dog AND NOT (content:cat)": Expression(
        examples=BIRD, counterexamples=(Text("dog"), Text("cat"))
    ),
    "Content:'s3://bucket/a b.jpg'": Expression(examples=(ImageUri("s3://bucket/a b.jpg"),)),
    "Content:'FILE:///a.jpg'": Expression(examples=(ImageUri("FILE:///a.jpg"),)),
    "Content:'oss://b.e/x.jpg' AND NOT Content:'s3://b/y'": Expression(
        examples=(ImageUri("oss://b.e/x.jpg"),), counterexamples=(ImageUri("s3://b/y"),)
    ),
    "Content:'see s3://b/y'": Expression(examples=(Text("see s3://b/y"),)),
    "Content:'ratio 16:9'": Expression(examples=(Text("ratio 16:9"),)),
    "Content:bird AND TopK=100": Expression(examples=BIRD, top_k=100),
    "top_k='5000' AND Content:bird": Expression(examples=BIRD, top_k=5000),
    "Content:bird AND (TopK=1 AND (ScoreThreshold=0.25))": Expression(examples=BIRD, top_k=1, score_threshold=0.25),
    "Content:bird AND score_threshold=-1": Expression(examples=BIRD, score_threshold=-1.0),
    "Status=DELETED": Expression(status=Status.DELETED),
    "status='active'": Expression(status=Status.ACTIVE),
    "SortBy=FileCreateTime": Expression(sort=Sort(SortField.CREATE_TIME)),
    "SortBy=FileUpdateTime AND Order=ASC": Expression(sort=Sort(SortField.MODIFY_TIME, is_descending=False)),
    "sort_by=size_bytes AND order=desc": Expression(sort=Sort(SortField.SIZE)),
    "order=asc AND sort_by=file_name": Expression(sort=Sort(SortField.FILE_NAME, is_descending=False)),
    "SortBy=tagupdatetime": Expression(sort=Sort(SortField.TAG_TIME)),
    "SortBy=Relevance": Expression(sort=Sort()),
    "Order=DESC": Expression(sort=Sort()),
    "MaxResults=1000": Expression(page_size=1000),
    "max_results = '1'": Expression(page_size=1),
    "NextToken='a+/b='": Expression(page_token="a+/b="),
    "QueryType=MIX": Expression(query_type=QueryType.MIX),
    "query_type='tag'": Expression(query_type=QueryType.TAG),
    "QueryType=VECTOR AND Content:bird": Expression(examples=BIRD, query_type=QueryType.VECTOR),
    "ThumbnailMode='p_50'": Expression(thumbnail_mode="p_50"),
    "thumbnail_mode=w_200": Expression(thumbnail_mode="w_200"),
    "ThumbnailMode='m_pad,w_200,h_100,color_FF00aa'": Expression(thumbnail_mode="m_pad,w_200,h_100,color_FF00aa"),
    "ThumbnailMode='m_pad,w_200,h_100'": Expression(thumbnail_mode="m_pad,w_200,h_100"),
    "ThumbnailMode='m_fill,w_200,h_100'": Expression(thumbnail_mode="m_fill,w_200,h_100"),
    "ThumbnailMode='m_fixed,w_200,h_100'": Expression(thumbnail_mode="m_fixed,w_200,h_100"),
}


@pytest.mark.parametrize(("text", "expression"), EXPRESSIONS.items())
def test_what_stands_at_the_top_level_is_read(text: str, expression: Expression) -> None:
    assert read(text) == expression


def test_no_condition_means_every_file() -> None:
    assert read("MaxResults=5").condition == EVERY_FILE


def test_more_examples_than_a_query_takes_are_refused() -> None:
    likes = " AND ".join(["Content:bird"] * 20)
    assert len(read(likes).examples) == 20
    with pytest.raises(QueryTooLarge):
        read(f"{likes} AND Content:bird")
    with pytest.raises(QueryTooLarge):
        read("Content:bird AND " + " AND ".join(["NOT Content:dog"] * 21))
