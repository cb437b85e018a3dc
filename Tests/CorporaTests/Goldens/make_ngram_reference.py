"""Interpolated Kneser-Ney by its definition, with strings and dictionaries; prints the expected
values of NGramBaselineTests. Usage: python3 make_ngram_reference.py"""

from collections import Counter, defaultdict
from math import log

TRAIN = ["the cat sat on the mat", "the dog sat on the log", "a cat and a dog"]
TEST = ["the cat and the dog", "zebra"]
END = 256


def stream(texts):
    return [symbol for text in texts for symbol in list(text.encode()) + [END]]


def total_nats(order):
    symbols = [END] * order + stream(TRAIN)
    first = order
    grams = {order: Counter(
        tuple(symbols[i - order + 1:i + 1]) for i in range(first, len(symbols)))}
    for n in range(order - 1, 0, -1):
        before = defaultdict(set)
        for gram in grams[n + 1]:
            before[gram[1:]].add(gram[0])
        grams[n] = {gram: len(found) for gram, found in before.items()}
    discount = {}
    for n, counts in grams.items():
        once = sum(c == 1 for c in counts.values())
        twice = sum(c == 2 for c in counts.values())
        discount[n] = once / (once + 2 * twice) if once else 0.5
    after = {n: defaultdict(dict) for n in grams}
    for n, counts in grams.items():
        for gram, c in counts.items():
            after[n][gram[:-1]][gram[-1]] = c

    def p(symbol, context, n):
        if n == 0:
            return 1 / 257
        follow = after[n].get(context[len(context) - n + 1:])
        lower = p(symbol, context, n - 1)
        if not follow:
            return lower
        c = follow.get(symbol, 0)
        return (max(c - discount[n], 0) + discount[n] * len(follow) * lower) / sum(follow.values())

    test = [END] * order + stream(TEST)
    return -sum(
        log(p(test[i], tuple(test[i - order + 1:i]), order)) for i in range(order, len(test)))


for order in (1, 2, 3, 5, 7):
    print(order, repr(total_nats(order)))
