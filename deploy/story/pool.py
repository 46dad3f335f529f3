"""The bank's questions of the main score with what each of their replies is worth, and a model's level on them."""

from collections.abc import Mapping
from dataclasses import dataclass
from statistics import mean

from deploy.simulated.answering import chance_of_right
from deploy.simulated.config import Model, SimulatedConfig
from deploy.story.gradebook import Graded
from yzindex.bank.files import Bank
from yzindex.bank.question import Question
from yzindex.dimensions import MAIN_WEIGHTS, Dimension

#: Scores of 0 to 100 by question and reply.
Worth = Mapping[tuple[str, str], float]


@dataclass(frozen=True, kw_only=True)
class Pool:
    """Questions of the main dimensions, sorted by id; `worth` knows the reference and the wrong replies of each."""

    questions: tuple[Question, ...]
    worth: Worth

    def of(self, dimension: Dimension) -> tuple[Question, ...]:
        return tuple(question for question in self.questions if question.dimension is dimension)

    def expected(self, config: SimulatedConfig, model: Model, question: Question) -> float:
        """Score to be expected of a model's reply, by the chances that its provider gives it."""
        chance = chance_of_right(config, model, question)
        wrong = mean(self.worth[question.id, each.reply] for each in question.wrong)
        return (1 - model.refusal) * (chance * self.worth[question.id, question.reference] + (1 - chance) * wrong)

    def level(self, config: SimulatedConfig, model: Model) -> float:
        """Main score to be expected of a model over the whole pool."""
        return sum(
            float(weight) * mean(self.expected(config, model, question) for question in self.of(dimension))
            for dimension, weight in MAIN_WEIGHTS.items()
        )


def pool_of(bank: Bank, graded: Mapping[tuple[str, str], Graded]) -> Pool:
    """Take the main dimensions out of a graded bank."""
    questions = sorted(
        (each for dimension in MAIN_WEIGHTS for each in bank.of(dimension)), key=lambda question: question.id
    )
    return Pool(questions=tuple(questions), worth={key: float(each.grade.score) for key, each in graded.items()})
