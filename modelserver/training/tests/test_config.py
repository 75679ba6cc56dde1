from pneumoscope_training.config import FILM_SIZE, Recipe


def test_stages_end_at_the_serving_size() -> None:
    recipe = Recipe(steps=100)
    assert [recipe.size_at(step) for step in (0, 24, 25, 59, 60, 99)] == [112, 112, 160, 160, FILM_SIZE, FILM_SIZE]


def test_another_recipe_has_another_digest() -> None:
    digests = {recipe.digest("data") for recipe in (Recipe(), Recipe(seed=2), Recipe(consistency=0.5))}
    assert len({*digests, Recipe().digest("other data")}) == 4
