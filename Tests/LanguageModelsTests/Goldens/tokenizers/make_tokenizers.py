"""Makes the tokenizer goldens with PyPI tokenizers (0.23.3) and its regular expressions.

Usage: python3 make_tokenizers.py    (writes the .json files beside itself)

gpt2.json, llama3.json: small tokenizers trained here on TEXTS.
expected.json: for each tokenizer and text the token numbers and the ends of the words in bytes;
the merges of a training run without special tokens, for comparison with ours.
"""

import json
import pathlib

from tokenizers import AddedToken, Regex, Tokenizer, decoders, models, pre_tokenizers, trainers

LLAMA3 = (
    r"(?i:'s|'t|'re|'ve|'m|'ll|'d)|[^\r\n\p{L}\p{N}]?\p{L}+|\p{N}{1,3}"
    r"| ?[^\s\p{L}\p{N}]+[\r\n]*|\s*[\r\n]+|\s+(?!\S)|\s+"
)

TEXTS = [
    "",
    " ",
    "a",
    "Hello, world! Hello again, world.",
    "I've we'll you're it's don't I'm he'd I'VE WE'LL YOU'RE IT'S DON'T I'M HE'D o'clock 'tis 'l 'r",
    "x'\u017f x'\u017fs 'S'T'RE '' ''s '",
    "1 12 123 1234 12345 3.14159 1e-10 0x7fff \u0663\u0664 \u2167 \u00bd 7\u00b2 1,000,000",
    "def f(x):\n    return x ** 2  # square\n\n\nclass A:\n\tpass\r\n\r\n  \n   end   ",
    "trailing spaces   \nnext\t\t tabs \t x\u00a0nbsp\u2003em\u3000ideographic\u0085nel\u2028ls",
    "  two  spaces   three \n \n  \n\n   lines  ",
    "na\u00efve caf\u00e9 cafe\u0301 \u00c5ngstr\u00f6m stra\u00dfe \u0130stanbul \u0394\u03b5\u03bb\u03c4\u03b1",
    "\u4eca\u65e5\u306f\u3001\u4e16\u754c\uff01\u4f60\u597d\u4e16\u754c 123\u4e2a \ud55c\uad6d\uc5b4 \u0e20\u0e32\u0e29\u0e32\u0e44\u0e17\u0e22 \u0939\u093f\u0928\u094d\u0926\u0940",
    "\U0001f600 \U0001f468\u200d\U0001f469\u200d\U0001f467 \U0001f1e9\U0001f1ea \u2764\ufe0f \U0001d54f\U0001d7d8 \U00020000\U00030000",
    "https://example.com/a?b=c&d=%20#e <tag attr=\"v\">&amp;</tag> {}[]()!!!...??? --- ___ \\\\",
    "<|endoftext|> in <|endoftext|><|endoftext|>text <|begin|>x <keep> <|endof",
    "\x00\x01\x7f\u200b\ufeff\ufffd\u0301 \u0301a _a -a .5 $5 @me #tag /* c */ //\n/// doc\n",
    "aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa",
    "abcabcabcabdabdabe=====================================================================\n",
    "static inline int akn_max(int a, int b) { return a > b ? a : b; }\n#define N 10\n",
    "The quick brown fox jumps over the lazy dog; the lazy dog sleeps. The end's the thing.",
]


def make(pattern, ignore_merges):
    tokenizer = Tokenizer(models.BPE(ignore_merges=ignore_merges))
    level = pre_tokenizers.ByteLevel(add_prefix_space=False, use_regex=pattern is None)
    if pattern is None:
        tokenizer.pre_tokenizer = level
    else:
        split = pre_tokenizers.Split(Regex(pattern), behavior="isolated", invert=False)
        tokenizer.pre_tokenizer = pre_tokenizers.Sequence([split, level])
    tokenizer.decoder = decoders.ByteLevel()
    return tokenizer


def trainer(size, specials):
    return trainers.BpeTrainer(
        vocab_size=size, special_tokens=specials, show_progress=False,
        initial_alphabet=sorted(pre_tokenizers.ByteLevel.alphabet()))


def ends(tokenizer, text):
    """Ends of the words in UTF-8 bytes."""
    pieces = tokenizer.pre_tokenizer.pre_tokenize_str(text)
    return [len(text[:end].encode()) for _, (_, end) in pieces] if text.isascii() else [
        sum(len(piece) for piece, _ in pieces[:count + 1]) for count in range(len(pieces))]


def main():
    here = pathlib.Path(__file__).parent
    expected = {"texts": TEXTS, "merges": {}}
    for name, pattern, ignore in (("gpt2", None, False), ("llama3", LLAMA3, True)):
        plain = make(pattern, False)
        plain.train_from_iterator(TEXTS, trainer(700, []))
        expected["merges"][name] = json.loads(plain.to_str())["model"]["merges"]

        tokenizer = make(pattern, ignore)
        tokenizer.train_from_iterator(TEXTS, trainer(480, ["<|endoftext|>"]))
        if name == "llama3":
            # Words of the vocabulary that no merge leads to: only ignore_merges finds them.
            data = json.loads(tokenizer.to_str())
            vocabulary = data["model"]["vocab"]
            words = sorted({
                word for text in TEXTS
                for word, _ in tokenizer.pre_tokenizer.pre_tokenize_str(text)} - set(vocabulary))
            for word in words[::max(1, len(words) // 8)]:
                vocabulary[word] = len(vocabulary)
            tokenizer = Tokenizer.from_str(json.dumps(data))
        tokenizer.add_special_tokens(["<|begin|>"])
        tokenizer.add_tokens([AddedToken("<keep>", normalized=False)])
        data = json.loads(tokenizer.to_str())
        if name == "gpt2":
            # The older spelling of merges.
            data["model"]["merges"] = [" ".join(pair) for pair in data["model"]["merges"]]
        (here / f"{name}.json").write_text(
            json.dumps(data, ensure_ascii=False, indent=None), encoding="utf-8")
        tokenizer = Tokenizer.from_file(str(here / f"{name}.json"))
        rows = []
        for text in TEXTS:
            tokens = tokenizer.encode(text, add_special_tokens=False).ids
            assert tokenizer.decode(tokens, skip_special_tokens=False) == text
            rows.append({"tokens": tokens, "ends": ends(tokenizer, text)})
        expected[name] = rows
    (here / "expected.json").write_text(json.dumps(expected), encoding="utf-8")


if __name__ == "__main__":
    main()
