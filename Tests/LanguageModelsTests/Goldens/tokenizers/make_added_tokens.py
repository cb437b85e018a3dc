"""Makes added_tokens.json with PyPI tokenizers (0.23.3): what added tokens and templates do to text.

Usage: python3 make_added_tokens.py    (reads gpt2.json and llama3.json, writes beside itself)

Each case names the tokenizer that it starts from, the added tokens and the post-processor that it
has in place of that one's, and for each text the token numbers
- whole: encode(text), special tokens found in the text and the template put around it;
- plain: the same with encode_special_tokens, which takes the spelling of special tokens as text,
  and without the template.
"""

import json
import pathlib

from tokenizers import Tokenizer

END = "<|endoftext|>"


def token(content, special=False, normalized=False, lstrip=False, rstrip=False, single_word=False):
    return {
        "content": content, "single_word": single_word, "lstrip": lstrip, "rstrip": rstrip,
        "normalized": normalized, "special": special}


def template(single, ids):
    pieces = [
        {"Sequence": {"id": "A", "type_id": 0}} if name == "A"
        else {"SpecialToken": {"id": name, "type_id": 0}} for name in single]
    return {
        "type": "TemplateProcessing", "single": pieces,
        "pair": [{"Sequence": {"id": "A", "type_id": 0}}, {"Sequence": {"id": "B", "type_id": 1}}],
        "special_tokens": {
            name: {"id": name, "ids": numbers, "tokens": [name] * len(numbers)}
            for name, numbers in ids.items()}}


def sequence(*processors):
    return {"type": "Sequence", "processors": list(processors)}


LEVEL = {"type": "ByteLevel", "add_prefix_space": True, "trim_offsets": False, "use_regex": True}
BEGIN, CLOSE = "<s>", "</s>"

SPACES = [
    "def f(x):\n    return x\n\n\n        y = 1   # done  \n", "  a    b     c      d", "\t \t\t  x",
    "    ", " ", "", "a\n\nb\n\n\nc"]
THINK = [
    "<think>Is it?</think> Yes.", "a <think> b </think> c", "a  <think>  b\t</think>\n\nc",
    "<think><think></think></think>", "<thin k> <thinking>", "\u00a0<think>\u2003x</think>\u3000y",
    "<tool>  <tool>  x", f"a {END} b <think>{END}</think>"]
WORDS = [
    "the cat sat", "concatenate the cats", "cat", "cat_ _cat cat-cat cat9 9cat", "\u00e9cat cat\u00e9",
    "cat\u0301 \u0301cat cat\u200dx x\u200dcat", "(cat) cat, cat.", "cat\U0001f600cat", "catcat cat cat"]
ORDER = ["abcd abc ab a", "xabcx abab abcabc", f"abc{END}ab", "<|ab|> <| ab |>", f"{END}<|{END}"]

CASES = [
    ("gpt2", [token("  "), token("    "), token("\n\n"), token("\t")], None, SPACES),
    ("llama3", [token("  ", normalized=True), token("        "), token("\n\n\n", normalized=True)],
     None, SPACES),
    ("gpt2", [token("<think>"), token("</think>"), token("<tool>", rstrip=True)], None, THINK),
    ("llama3", [token("<think>", lstrip=True), token("</think>", rstrip=True, normalized=True),
                token("<tool>", lstrip=True, rstrip=True), token("  ")], None, THINK),
    ("gpt2", [token("cat", single_word=True)], None, WORDS),
    ("llama3", [token("cat", single_word=True, lstrip=True, rstrip=True), token("9cat")],
     None, WORDS),
    ("gpt2", [token("ab"), token("abc"), token("abcd", normalized=True)], None, ORDER),
    ("llama3", [token("ab", normalized=True), token("abc", special=True), token("<|")], None, ORDER),
    ("gpt2", [token("the", single_word=True), token("e")], None, ["the then bathe the e", "eee the"]),
    ("llama3", [token("<mask>", special=True, lstrip=True), token("<pad>", special=True)], None,
     ["a <mask> b", "a  <mask>  <pad> b<mask>", "<pad><mask>"]),
    ("llama3", [token(BEGIN, special=True)], template([BEGIN, "A"], {BEGIN: [0]}),
     ["", "a word", f"{BEGIN}a word"]),
    ("gpt2", [token(BEGIN, special=True), token(CLOSE, special=True)],
     sequence(LEVEL, template([BEGIN, "A", CLOSE], {BEGIN: [0], CLOSE: [1]})), ["", "a word", " "]),
    ("gpt2", [token(CLOSE, special=True)],
     sequence(sequence(LEVEL), sequence(template(["A", CLOSE], {CLOSE: [0]}))), ["", "a word"]),
    ("llama3", [token(BEGIN, special=True), token("<lang>", special=True)],
     template([BEGIN, "<lang>", "A"], {BEGIN: [0], "<lang>": [1, 0]}), ["", "a word"]),
    ("gpt2", [token(BEGIN, special=True), token(CLOSE, special=True)],
     {"type": "RobertaProcessing", "sep": [CLOSE, 1], "cls": [BEGIN, 0], "trim_offsets": True,
      "add_prefix_space": False}, ["", "a word"]),
    ("llama3", [token(BEGIN, special=True), token(CLOSE, special=True)],
     {"type": "BertProcessing", "sep": [CLOSE, 1], "cls": [BEGIN, 0]}, ["", "a word"]),
    ("gpt2", [], LEVEL, ["", "a word"]),
    ("gpt2", [], sequence(), ["", "a word"]),
]


def main():
    here = pathlib.Path(__file__).parent
    rows = []
    for base, added, processor, texts in CASES:
        data = json.loads((here / f"{base}.json").read_text(encoding="utf-8"))
        vocabulary = data["model"]["vocab"]
        # The end of text is in the vocabulary of both.
        tokens = [{"id": vocabulary[END], **token(END, special=True)}]
        count = max(vocabulary.values()) + 1
        numbers = []
        for item in added:
            number = vocabulary.get(item["content"])
            if number is None:
                number, count = count, count + 1
            numbers.append(number)
            tokens.append({"id": number, **item})
        # Numbers in post-processors are places among the added tokens.
        text = json.dumps(processor)
        processor = json.loads(text)

        def visit(value):
            if isinstance(value, dict):
                if "ids" in value:
                    value["ids"] = [numbers[place] for place in value["ids"]]
                for key in ("sep", "cls"):
                    if key in value:
                        value[key][1] = numbers[value[key][1]]
                for child in value.values():
                    visit(child)
            elif isinstance(value, list):
                for child in value:
                    visit(child)

        visit(processor)
        data["added_tokens"] = tokens
        data["post_processor"] = processor
        tokenizer = Tokenizer.from_str(json.dumps(data))
        for number, item in zip(numbers, added):
            assert tokenizer.token_to_id(item["content"]) == number
        whole = [tokenizer.encode(text).ids for text in texts]
        tokenizer.encode_special_tokens = True
        plain = [tokenizer.encode(text, add_special_tokens=False).ids for text in texts]
        rows.append({
            "base": base, "added_tokens": tokens, "post_processor": processor, "texts": texts,
            "whole": whole, "plain": plain})
    lines = ",\n".join(json.dumps(row) for row in rows)
    (here / "added_tokens.json").write_text(f"[\n{lines}\n]\n", encoding="utf-8")


if __name__ == "__main__":
    main()
