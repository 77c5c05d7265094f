"""Figures without a drawing library: what they are made of, axes and marks, and how they become SVG.

Told once as plain shapes, so that a page can lay them out, a file can hold them, and a picture can be made of them.
"""
