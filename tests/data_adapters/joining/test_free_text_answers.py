"""Which option an answer in free text settles for, by examples and traps."""

import pytest

from data_adapters.joining.free_text_answers import option_in

CITIES = ("Lima", "Oslo", "Rome", "Cairo")
NUMBERS = ("3", "10", "1", "2")
LETTERS = ("B", "A", "D", "C")
CLAIMS = ("I only", "II only", "Both I and II", "None of the above")
PHRASES = ("A good heat conductor", "an insulator", "a magnet", "I cannot be determined")
TEN = tuple(f"plan {k}" for k in range(10))

SETTLED = [
    ("B", CITIES, 1),
    ("b", CITIES, 1),
    ("(B)", CITIES, 1),
    ("B.", CITIES, 1),
    ("**B**", CITIES, 1),
    ("`C`", CITIES, 2),
    ("[D]", CITIES, 3),
    ("B) Oslo", CITIES, 1),
    ("(b) oslo", CITIES, 1),
    ("**B) Oslo**\n\nIt is the seat of the parliament.", CITIES, 1),
    ("C: Rome", CITIES, 2),
    ("The answer is (B).", CITIES, 1),
    ("The answer is B.", CITIES, 1),
    ("the answer is b", CITIES, 1),
    ("The correct answer is: **D**", CITIES, 3),
    ("Answer: C", CITIES, 2),
    ("ANSWER: C", CITIES, 2),
    ("**Answer:** C", CITIES, 2),
    ("Final answer: (A)", CITIES, 0),
    ("The final answer is $\\boxed{D}$.", CITIES, 3),
    ("\\boxed{D}", CITIES, 3),
    ("\\boxed{\\text{B}}", CITIES, 1),
    ("So we get \\boxed{\\text{(C) Rome}}", CITIES, 2),
    ("A is too warm, C is not in the north. So the answer is B.", CITIES, 1),
    ("At first B looks right, but it has no desert. The correct option is D", CITIES, 3),
    ("Answer: B\nWait, that is Norway. Answer: D", CITIES, 3),
    ("Let me think.\n\nA) too warm\nB) fits\nC) no\n\nB", CITIES, 1),
    ("Norway's capital it is.\n(B)", CITIES, 1),
    ("Option C is correct.", CITIES, 2),
    ("(C) is the correct answer, not (A).", CITIES, 2),
    ("I would go with option B because it is the coldest.", CITIES, 1),
    ("I choose D.", CITIES, 3),
    ("<think>A? No, B. The answer is A.</think>\nC", CITIES, 2),
    ("<answer>C</answer>", CITIES, 2),
    ("B\n\nQuestion: What is 2 + 2?\nAnswer: C", CITIES, 1),
    ("Oslo", CITIES, 1),
    ("oslo.", CITIES, 1),
    ("The answer is Oslo.", CITIES, 1),
    ("The capital of Norway is Oslo.", CITIES, 1),
    ("Norway lies north.\nOslo", CITIES, 1),
    ("The answer is A because of the altitude.", CITIES, 0),
    ("A good answer is C", CITIES, 2),
    ("I believe the answer is D.", CITIES, 3),
    ("The best choice is option (C): Rome", CITIES, 2),
    ("The answer to this question is C.", CITIES, 2),
    ("Therefore, the answer must be B", CITIES, 1),
    ("答案是B", CITIES, 1),
    ("Die richtige Antwort ist (B).", CITIES, 1),
    ("La respuesta es C", CITIES, 2),
    ("None of the above", CLAIMS, 3),
    ("The answer is None of the above.", CLAIMS, 3),
    ("The answer is I only.", CLAIMS, 0),
    ("Answer: D. None of the above", CLAIMS, 3),
    ("The answer is A good heat conductor", PHRASES, 0),
    ("The answer is a magnet", PHRASES, 2),
    ("The answer is an insulator.", PHRASES, 1),
    ("I", TEN, 8),
    ("The answer is I.", TEN, 8),
    ("Answer: J", TEN, 9),
    ("The answer is 10", NUMBERS, 1),
    ("The answer is 1.", NUMBERS, 2),
    ("2 + 8 makes \\boxed{10}", NUMBERS, 1),
    ("B) 10", NUMBERS, 1),
    ("The answer is (B)", LETTERS, 1),
    ("=> B", CITIES, 1),
    ("It is cold there, so it's B.", CITIES, 1),
    ("Hence (C).", CITIES, 2),
    ("The answer isn't A, it's B", CITIES, 1),
    ('{"answer": "B"}', CITIES, 1),
    ("Ans: D", CITIES, 3),
    ("The correct answer is B, which is north of A.", CITIES, 1),
    ("B - Oslo is the capital.", CITIES, 1),
]
UNREADABLE = [
    ("", CITIES),
    ("I cannot answer that.", CITIES),
    ("I'm sorry, but as an AI model I can't help with this.", CITIES),
    ("A and C are both correct. Answer: A and C", CITIES),
    ("A, B", CITIES),
    ("A.\nB.", CITIES),
    ("The answer is A or B.", CITIES),
    ("Answer: (A), (C)", CITIES),
    ("The answer is not B.", CITIES),
    ("It is not Oslo.", CITIES),
    ("Either Oslo or Rome.", CITIES),
    ("The answer is a dog", CITIES),
    ("I think so.", TEN),
    ("I am not sure.", TEN),
    ("A question of taste.", CITIES),
    ("None of the above", CITIES),
    ("Answer: None", CITIES),
    ("E", CITIES),
    ("Answer: Z", CITIES),
    ("<think>The answer is B, but let me check", CITIES),
    ("B) Rome", CITIES),
    ("If the answer is B, Norway is meant.", CITIES),
    ("A) Lima\nB) Oslo\nC) Rome\nD) Cairo", CITIES),
    ("A good heat", CITIES),
    ("The answer is 4", CITIES),
]  # fmt: skip


@pytest.mark.parametrize(("written", "options", "place"), SETTLED)
def test_an_answer_in_words_is_read(written, options, place):
    assert option_in(written, options) == place


@pytest.mark.parametrize(("written", "options"), UNREADABLE)
def test_what_settles_for_no_single_option_is_not_guessed(written, options):
    assert option_in(written, options) is None


def test_an_expert_that_answers_with_texts_means_the_text_where_it_is_another_options_letter():
    assert option_in("The answer is B", LETTERS, texts_first=True) == 0
    assert option_in("The answer is B", LETTERS) == 1


def test_options_called_by_numbers_are_found_by_their_own_labels():
    assert option_in("The answer is 2.", CITIES, labels=("1", "2", "3", "4")) == 1
    assert option_in("Answer: B", CITIES, labels=("1", "2", "3", "4")) == 1


def test_letters_beyond_the_options_are_no_answer():
    assert option_in("The answer is C", (), count=2) is None and option_in("The answer is B", (), count=2) == 1


def test_a_long_answer_takes_no_long_time_and_its_end_counts():
    assert option_in("Is it A? " * 40_000 + "The answer is D.", CITIES) == 3
