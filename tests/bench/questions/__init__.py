"""The questions of Wronski's article, one module each; `bench_questions.py` runs them."""
