"""A grammar that cannot be used is refused with its line and column; what llama.cpp takes, and only that, is taken."""

import random

import llama_cpp as ll
import pytest

from cyborg_tui.loom.grammar import BadGrammar, check_grammar

GOOD = (
    'root ::= "a"',
    'root ::= [a-z]+ " " [^"\\n]* # to the end\nother-1 ::= root | "x"',
    'root ::= (\n  item ", "\n)* item{2,3}\nitem ::= "\\x41\\u00e9" | [\\]\\[-]? .\n',
    'root ::= sentence{2} | sentence{0,} sentence\r\nsentence ::= [A-Z] [a-z ]{3,20} "."\r\n',
    'root ::= "a" | "b" |\n  "c"\n\n# nothing more\n',
)
WRONG = {
    'root = "a"': (1, 6, "::= is expected after root"),
    'root ::= "a': (1, 10, '" is not closed'),
    'root ::= "a"\nx ::= [a-z': (2, 7, "\\[ is not closed"),
    'root ::= ("a" | "b"': (1, 10, "\\( is not closed"),
    "root ::= item": (1, 10, "there is no rule item"),
    'item ::= "a"': (1, 1, "there is no rule root"),
    'root ::= "\\q"': (1, 11, "\\\\q means nothing here"),
    'root ::= "\\x4"': (1, 11, "needs 2 hexadecimal digits"),
    "root ::= *": (1, 10, "nothing before \\* to repeat"),
    'root ::= "a"{': (1, 14, "a number is expected"),
    'root ::= "a"{2,3': (1, 17, "} is expected"),
    'root ::= "a" )': (1, 14, "end of the line is expected"),
    'root ::= root "a"': (1, 1, "root begins with itself"),
    'root ::= ("a"*)*': (1, 17, "may be empty"),
    '\n\n  ::= "a"': (3, 3, "name of a rule is expected"),
    "": (1, 1, "there is no rule root"),
}


@pytest.mark.parametrize("text", GOOD)
def test_a_good_grammar_is_taken(text):
    check_grammar(text)


@pytest.mark.parametrize("text", WRONG)
def test_a_wrong_one_is_refused_where_it_is_wrong(text):
    line, column, says = WRONG[text]
    with pytest.raises(BadGrammar, match=says) as refused:
        check_grammar(text)
    assert (refused.value.line, refused.value.column) == (line, column)


def mutant(chance):
    text = list(chance.choice(GOOD))
    for _ in range(chance.choice((1, 1, 2, 3))):
        at = chance.randrange(len(text) + 1)
        match chance.randrange(3):
            case 0:
                del text[at : at + chance.choice((1, 4))]
            case 1:
                text.insert(at, chance.choice('"[](){}*+?|\\-,:=.#\n ax^'))
            case _:
                text[at : at + 1] = chance.choice('"[](){}*+?|\\-,:=.\n ')
    return "".join(text)


def test_whatever_is_taken_here_is_taken_by_llama_cpp_and_nothing_else_is(capfd):
    """Hundreds of grammars with faults."""
    chance = random.Random(1)
    differ = []
    for text in {mutant(chance) for _ in range(400)}:
        try:
            check_grammar(text)
            ours = True
        except BadGrammar:
            ours = False
        sampler = ll.llama_sampler_init_grammar(None, text.encode(), b"root")
        if sampler:
            ll.llama_sampler_free(sampler)
        if bool(sampler) is not ours:
            differ.append((ours, text))
    capfd.readouterr()
    assert not differ, differ[:5]
