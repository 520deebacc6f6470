import torch

from spacy_xproj.research.pretraining.image_tower import ImageTower


def test_size_and_independence():
    tower = ImageTower(256).eval()
    assert 1_000_000 < sum(weights.numel() for weights in tower.parameters()) < 1_300_000
    pictures = torch.randint(256, (3, 3, 64, 64), dtype=torch.uint8)
    with torch.inference_mode():
        vectors = tower(pictures)
        assert vectors.shape == (3, 256)
        assert torch.allclose(tower(pictures[1:2]), vectors[1:2], atol=1e-5)
