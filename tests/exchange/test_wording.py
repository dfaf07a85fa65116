from __future__ import annotations

import re

import pytest

from ahp.exchange.wording import judged_first
from ahp.study.names import caseless_key

ITEMS = {"价格": "price", "price": "price", "味道": "taste", "taste": "taste"}


def judged(header: str) -> str | None:
    """The item that a header about price and taste judges against the other one."""
    text = caseless_key(header)
    mentions = [
        (match.start(), match.end(), ITEMS[match[0]])
        for match in re.finditer("|".join(ITEMS), text)
    ]
    first = judged_first(text, mentions)
    if first is None:
        return None
    return next(item for item in ("price", "taste") if (item == mentions[0][2]) == first)


TASTE = """
与价格相比:味道的重要程度
与价格相比，味道的重要程度
和价格相比，味道的重要性
同价格相比味道如何
跟价格比，味道有多重要
和价格比味道的重要程度
与“价格”相比，您认为“味道”的重要程度是
相对于价格，味道的重要程度
相对于价格而言，味道的重要程度
相对价格，味道有多重要
相比价格，味道的重要性
相比于价格，味道更重要
相较于价格，味道的重要程度
较之价格，味道的重要程度
比起价格，味道的重要程度
比价格，味道更重要的程度
与价格比较，味道的重要程度
以价格为基准，味道的重要程度
3、与价格相比较而言，味道的重要程度如何？
在好午餐方面，与价格相比，味道的重要程度
Compared with price, how important is taste?
Compared to price: taste
How important, compared to price, is taste?
Relative to price, how important is taste
Relative to the price, the importance of taste
In comparison with price, how important is taste?
When compared with price, taste is
Than price: taste
More important than price: taste
Versus price, how important is taste?
vs. price: taste
Over price: taste
与价格相比:味道的重要程度 How important is taste compared with price
价格与味道相比，味道的重要程度
价格和味道比较:味道
与 价格 相比 ， 味道 的重要程度
As compared with price, taste is ... times as important
against price, taste
对照价格，味道的重要程度
Compare taste to price
味道相比于价格
味道相较价格的重要程度
味道与价格相比的重要程度
味道较价格的重要程度
您认为味道比价格重要多少
您认为味道相对价格的重要程度为
味道之于价格
taste, compared with price
taste (compared with price)
taste's importance relative to price
How would you rate taste against price?
taste is how many times as important as price
taste as compared to price
taste as against price
"""

PRICE = """
价格相对于味道的重要程度
价格相对味道的重要性
价格较之味道
价格比味道重要
价格比味道
价格比味道更重要
价格与味道相比
价格与味道相比，哪个更重要
价格和味道比
价格和味道
价格/味道
价格：味道
价格 vs 味道
价格 VS. 味道
价格、味道哪个重要
请比较价格和味道的重要程度
请比较：价格与味道
两两比较：价格/味道
对比价格与味道
相对重要性：价格与味道
价格的重要性相对于味道
价格(与味道相比)的重要程度
价格与味道相比的重要程度
价格对味道的重要程度
价格，相对于味道
价格 ⟷ 味道
价格<->味道
price vs taste
price versus taste
price or taste
Price compared with taste
Price compared to taste
Price relative to taste
Price over taste
Importance of price over taste
Is price more important than taste?
How much more important is price than taste?
How important is price compared with taste?
How important is price compared to taste
How important is price relative to taste?
relative importance of price over taste
Relative importance: price/taste
Which is more important, price or taste?
Price to taste
price is preferred over taste
Pairwise comparison: price - taste
The importance of price in comparison with taste
How does price compare with taste?
How does price compare to taste?
price-taste
price|taste
price > taste
价格 Price / 味道 Taste
价格/味道 (Price/Taste)
价格与味道相比，价格的重要程度
Q1. price vs. taste
价格与味道的重要性比较
价格与味道的相对重要程度
价格和味道相比，您认为哪一个更重要？
Comparing price with taste
comparison of price and taste
Compare price and taste
comparison between price and taste
以下各组指标两两比较的重要程度：价格与味道
1．价格与味道比较，其重要程度为
价格比味道（A比B）
"""

OPEN = """
价格不如味道
价格次于味道
How much less important is price than taste?
Price is less important than taste
价格没有味道重要
就价格而言,味道
价格＜味道
price, compared with other things, and taste
与价格和味道相比
价格相比，味道的重要程度
Compared to price and taste
price is preferred by taste
与价格相比:味道较不重要
价格、味道、价格、价格
价格低于味道
"""


@pytest.mark.parametrize("header", TASTE.strip().splitlines())
def test_taste_is_judged_against_price(header: str) -> None:
    assert judged(header) == "taste"


@pytest.mark.parametrize("header", PRICE.strip().splitlines())
def test_price_is_judged_against_taste(header: str) -> None:
    assert judged(header) == "price"


@pytest.mark.parametrize("header", OPEN.strip().splitlines())
def test_what_is_in_doubt_stays_open(header: str) -> None:
    assert judged(header) is None
