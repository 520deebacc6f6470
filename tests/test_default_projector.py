"""The default projector, with the weights that it is made for."""

PAIRS = [
    (
        "Angela Merkel met Barack Obama in Berlin last week .",
        "Angela Merkel traf letzte Woche Barack Obama in Berlin .",
        [(0, 2, "PER"), (3, 5, "PER"), (6, 7, "LOC")],
        ["Angela Merkel", "Barack Obama", "Berlin"],
    ),
    (
        "In London , the Bank of Brazil opened an office with Ana Silva .",
        "Ana Silva abriu com o Banco do Brasil um escritório em Londres .",
        [(1, 2, "LOC"), (4, 7, "ORG"), (11, 13, "PER")],
        ["Londres", "Banco do Brasil", "Ana Silva"],
    ),
    (
        "The United Nations sent Pedro Santos to South Africa .",
        "As Nações Unidas enviaram Pedro Santos para a África do Sul .",
        [(1, 3, "ORG"), (4, 6, "PER"), (7, 9, "LOC")],
        ["Nações Unidas", "Pedro Santos", "África do Sul"],
    ),
]


def test_projects_names(make_bitext, default_projector):
    projector = default_projector()
    bitexts = [make_bitext(source, target, ents) for source, target, ents, _ in PAIRS]
    projector.initialize(lambda: iter(bitexts))
    for projection, (*_, expected) in zip(projector(bitexts), PAIRS, strict=True):
        target = projection.bitext.target
        assert [[target[start:end].text for start, end in o.spans] for o in projection.outcomes] == [
            [e] for e in expected
        ]
