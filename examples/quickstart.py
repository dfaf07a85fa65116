"""A tour of the library: one matrix, its weights and consistency, then a whole study."""

from pathlib import Path

import ahp

drinks = ahp.PairwiseMatrix(
    [[1, 3, 5], ["1/3", 1, 3], ["1/5", "1/3", 1]], ["tea", "coffee", "milk"]
)
print(drinks)
print("weights", ahp.weights(drinks).round(4))
print("CR", round(ahp.check_consistency(drinks).cr, 4))

study = Path(__file__).parent / "dong_2010"
answers = ahp.read_answers(study / "answers.csv")
panel = {"E1": 0.1, "E2": 0.3, "E3": 0.1, "E4": 0.2, "E5": 0.3}
analysis = ahp.analyze(ahp.load_survey(study / "survey.toml"), answers, expert_weights=panel)
print({node: round(analysis.global_weights[node], 4) for node in analysis.ranking})
