"""Arithmetic questions, each answer computed; distractors are the usual slips."""

from fractions import Fraction
from math import gcd, isqrt
from random import Random

from data_adapters.demo.questions.draft import Draft, code_block, draw, first_different, number_draft


def drafts(random: Random) -> list[Draft]:
    """72 questions with stems of their own."""
    makers = {product: 12, order_of_operations: 10, fraction_sum: 10, percentage: 8, remainder: 8, power: 6}
    return draw(random, {**makers, loop_program: 6, division_program: 4, prime: 8})


def product(random: Random) -> Draft:
    a, b = random.randint(12, 39), random.randint(6, 29)
    mistakes = [a * b + 10, a * (b - 1), a * b - 10, (a + 1) * b, a * b + 100, a * 10 + b]
    return number_draft("product", rf"What is ${a} \times {b}$?", a * b, mistakes)


def order_of_operations(random: Random) -> Draft:
    a, b, c, d = (random.randint(2, 12) for _ in range(4))
    answer = a + b * c + d
    mistakes = [(a + b) * c + d, a + b * (c + d), (a + b) * (c + d), a * b + c + d, answer + c, answer - b]
    return number_draft("order of operations", rf"What is ${a} + {b} \times {c} + {d}$?", answer, mistakes)


def fraction_sum(random: Random) -> Draft:
    b, d = random.sample([2, 3, 4, 5, 6, 8, 9, 10], 2)
    a, c = _numerator(random, b), _numerator(random, d)
    answer = Fraction(a, b) + Fraction(c, d)
    slips = [
        Fraction(a + c, b + d),
        Fraction(a * c, b * d),
        Fraction(a + c, b * d),
        Fraction(a + c, max(b, d)),
    ]
    near = [answer + Fraction(step, b * d) for step in (1, -1, 2, 3)]
    wrong = first_different(answer, [slip for slip in slips + near if slip > 0])
    unreduced = rf"$\frac{{{2 * answer.numerator}}}{{{2 * answer.denominator}}}$"
    stem = rf"What is $\frac{{{a}}}{{{b}}} + \frac{{{c}}}{{{d}}}$?"
    return Draft("fractions", stem, _latex(answer), tuple(map(_latex, wrong)), (unreduced,))


def _numerator(random: Random, denominator: int) -> int:
    return random.choice([n for n in range(1, denominator) if gcd(n, denominator) == 1])


def _latex(value: Fraction) -> str:
    if value.denominator == 1:
        return f"${value.numerator}$"
    return rf"$\frac{{{value.numerator}}}{{{value.denominator}}}$"


def percentage(random: Random) -> Draft:
    share, whole = random.choice([5, 15, 20, 30, 35, 45, 60, 85]), 20 * random.randint(6, 40)
    answer = share * whole // 100
    assert answer * 100 == share * whole, (share, whole)
    mistakes = [whole - answer, answer * 2, answer + share, whole // share, answer // 2, answer * 10]
    return number_draft("percentages", f"What is {share} % of {whole}?", answer, mistakes)


def remainder(random: Random) -> Draft:
    divisor = random.randint(7, 19)
    number = divisor * random.randint(5, 30) + random.randint(1, divisor - 1)
    left = number % divisor
    mistakes = [divisor - left, number // divisor, left + 1, left - 1, left + 2, divisor]
    return number_draft("remainders", f"What is the remainder when {number} is divided by {divisor}?", left, mistakes)


def power(random: Random) -> Draft:
    base, exponent = random.randint(2, 9), random.randint(2, 5)
    answer = base**exponent
    mistakes = [
        base * exponent,
        exponent**base,
        base ** (exponent - 1),
        base ** (exponent + 1),
        answer + base,
    ]
    return number_draft("powers", f"What is ${base}^{{{exponent}}}$?", answer, mistakes)


def loop_program(random: Random) -> Draft:
    start, length, factor = random.randint(1, 6), random.randint(4, 8), random.randint(2, 5)
    stop = start + length
    answer = factor * sum(range(start, stop))
    code = code_block("total = 0", f"for n in range({start}, {stop}):", f"    total += {factor} * n", "print(total)")
    mistakes = [
        answer + factor * stop,
        answer - factor * start,
        answer // factor,
        factor * length,
        answer + factor,
    ]
    return number_draft("programs", f"What does this program print?\n\n{code}", answer, mistakes)


def division_program(random: Random) -> Draft:
    a, b = random.randint(50, 99), random.randint(6, 13)
    answer = a // b * b + a % b * 2
    code = code_block(f"a = {a}", f"b = {b}", "print(a // b * b + a % b * 2)")
    mistakes = [a, a + a % b * 2, a // b * b, a // b + a % b * 2, answer + b, 2 * a]
    return number_draft("programs", f"What does this program print?\n\n{code}", answer, mistakes)


def prime(random: Random) -> Draft:
    low = 10 * random.randint(3, 16)
    odd = range(low + 1, low + 40, 2)
    primes = [n for n in odd if is_prime(n)]
    composites = [n for n in odd if not is_prime(n)]
    random.shuffle(primes)
    tempting = sorted(composites, key=lambda n: (n % 5 == 0, n % 3 == 0, n))
    stem = f"Which of these numbers, all between {low} and {low + 40}, is prime?"
    others = tuple(map(str, primes[1:3]))
    return Draft("primes", stem, str(primes[0]), tuple(map(str, tempting[:6])), others)


def is_prime(number: int) -> bool:
    """Whether a whole number has exactly two divisors (by trial division)."""
    return number > 1 and all(number % divisor for divisor in range(2, isqrt(number) + 1))
