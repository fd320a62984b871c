"""scikit-learn: ``CountVectorizer().fit_transform`` over the lines of a text.

As a script: ``python countvectorizer.py TEXT`` prints how many tokens and how many distinct ones there are.

Lines are lowered and words are runs of the letters a to z: the words that the engine's ``d2l`` finds, without the
replacement that the recipe makes on the way (a letter outside ASCII whose lower case is in it, such as the Kelvin sign,
would differ; the books have none). It does less than the engine: it keeps how often each word is in each line, not the
words in their order, and writes nothing.
"""

from __future__ import annotations

import sys

from sklearn.feature_extraction.text import CountVectorizer

if __name__ == "__main__":
    vectorizer = CountVectorizer(lowercase=True, token_pattern="[a-z]+")
    with open(sys.argv[1], encoding="utf-8") as file:  # noqa: PTH123 - as its users do
        counts = vectorizer.fit_transform(file)
    print(counts.sum(), len(vectorizer.vocabulary_))
