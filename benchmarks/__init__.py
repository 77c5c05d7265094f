"""Side-by-side measurements of what we promise; ``python -m benchmarks [NAME ...]`` runs them."""
