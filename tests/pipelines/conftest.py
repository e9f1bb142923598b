"""Articles with padding that the shipped model finds, and rows of them."""

from types import SimpleNamespace

import pytest

KEPT = (
    "Moss in the lawn: rake in April, not in autumn\n"
    "Moss grows where grass is thin, and autumn raking makes it thinner: on the trial plots at "
    "Harlow the plots raked in October had 40% more moss by March than the plots left alone.\n"
    "Rake when the grass has been mown twice, and sow the bare patches the same day at 20 g a "
    "square metre."
)
PROMPT = "Sign up for our newsletter and get 10% off your first order!"
FRENCH = (
    "La mousse pousse là où l'herbe est clairsemée, et le ratissage d'automne la rend plus "
    "clairsemée encore : sur les parcelles d'essai, celles que l'on avait ratissées en octobre "
    "avaient en mars plus de mousse que celles que l'on avait laissées. Ratissez quand l'herbe "
    "a été tondue deux fois, et semez le même jour.\nInscrivez-vous à notre lettre !"
)


@pytest.fixture(scope="session")
def article():
    """An article with a line of padding, what is to be kept of it, and one in French."""
    return SimpleNamespace(padded=f"{KEPT}\n{PROMPT}\n", kept=KEPT, prompt=PROMPT, french=FRENCH)
