"""Match scores: how well a candidate fits an entity. They are maximised."""
