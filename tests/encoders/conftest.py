"""Tiny models of each family with random weights, laid out like their repositories on the hub."""

import json
from functools import partial

import pytest

#: Heads are 64 wide, as in XLM-R.
TEXT = {
    "vocab_size": 250,
    "hidden_size": 128,
    "num_hidden_layers": 2,
    "num_attention_heads": 2,
    "intermediate_size": 48,
    "max_position_embeddings": 40,
}
VISION = {
    "hidden_size": 32,
    "intermediate_size": 48,
    "num_hidden_layers": 1,
    "num_attention_heads": 2,
    "image_size": 8,
    "patch_size": 4,
}
XLMR = {**TEXT, "pad_token_id": 1, "type_vocab_size": 1, "layer_norm_eps": 1e-5}


def edit_json(path, **values):
    old = json.loads(path.read_text()) if path.exists() else {}
    path.write_text(json.dumps({**old, **values}))


def xlmr_files(path, tokenizer):
    tokenizer.save_pretrained(path)
    edit_json(path / "tokenizer_config.json", tokenizer_class="XLMRobertaTokenizer", model_max_length=512)


def vocab_txt(path):
    letters = "abcdefghijklmnopqrstuvwxyz',."
    pieces = ["[PAD]", "[UNK]", "[CLS]", "[SEP]", "[MASK]", *letters, *(f"##{letter}" for letter in letters), "berlin"]
    (path / "vocab.txt").write_text("\n".join([*pieces, "安", "娜", "北", "京"]), encoding="utf8")


def clip_files(path):
    """The byte-level BPE of CLIP, lower case, with a few merges."""
    from transformers import CLIPTokenizerFast
    from transformers.models.clip.tokenization_clip import bytes_to_unicode

    letters = list(bytes_to_unicode().values())
    merges = ["a n", "an n", "ann a</w>", "b e", "i n</w>", "l i"]
    pieces = [*letters, *(f"{letter}</w>" for letter in letters), *(merge.replace(" ", "") for merge in merges)]
    pieces += ["<|startoftext|>", "<|endoftext|>"]
    path.mkdir(parents=True, exist_ok=True)
    (path / "vocab.json").write_text(json.dumps({piece: i for i, piece in enumerate(pieces)}))
    (path / "merges.txt").write_text("\n".join(["#version: 0.2", *merges]))
    tokenizer = CLIPTokenizerFast(str(path / "vocab.json"), str(path / "merges.txt"), model_max_length=77)
    tokenizer.save_pretrained(path)
    return len(pieces)


def siglip_files(path, tokenizer):
    """SigLIP's: lower case, no punctuation, one end token, which also pads."""
    from tokenizers import Regex, normalizers, processors

    backend = tokenizer.backend_tokenizer
    backend.normalizer = normalizers.Sequence(
        [normalizers.Lowercase(), normalizers.Replace(Regex("[!-/:-@\\[-`{-~]"), "")]
    )
    backend.post_processor = processors.TemplateProcessing(single="$A </s>", special_tokens=[("</s>", 2)])
    tokenizer.save_pretrained(path)
    ends = {"eos_token": "</s>", "pad_token": "</s>", "unk_token": "<unk>"}
    edit_json(path / "tokenizer_config.json", tokenizer_class="SiglipTokenizer", model_max_length=64, **ends)
    (path / "special_tokens_map.json").write_text(json.dumps(ends))


def altclip(path, tokenizer, whole=True):
    from transformers import AltCLIPConfig, AltCLIPModel, AltCLIPTextConfig, AltCLIPTextModel

    text = {**XLMR, "project_dim": 16}
    if whole:
        model = AltCLIPModel(AltCLIPConfig(text_config=text, vision_config=VISION, projection_dim=16))
    else:
        model = AltCLIPTextModel(AltCLIPTextConfig(**text))
    model.save_pretrained(path)
    xlmr_files(path, tokenizer)
    return model.eval(), (model.text_model if whole else model).roberta


def chinese_clip(path, tokenizer):
    from transformers import ChineseCLIPConfig, ChineseCLIPModel

    model = ChineseCLIPModel(ChineseCLIPConfig(text_config={**TEXT, "pad_token_id": 0}, vision_config=VISION))
    model.save_pretrained(path)
    vocab_txt(path)
    return model.eval(), model.text_model


def clip(path, tokenizer, whole=True):
    from transformers import CLIPConfig, CLIPModel, CLIPTextConfig, CLIPTextModel

    size = clip_files(path)
    ids = {"bos_token_id": size - 2, "eos_token_id": size - 1, "pad_token_id": size - 1}
    text = {**TEXT, "vocab_size": size, "max_position_embeddings": 77, **ids}
    if whole:
        model = CLIPModel(CLIPConfig(text_config=text, vision_config=VISION, projection_dim=16))
    else:
        model = CLIPTextModel(CLIPTextConfig(**text))
    model.save_pretrained(path)
    return model.eval(), model.text_model


def siglip(path, tokenizer, version=""):
    import transformers

    config = getattr(transformers, f"Siglip{version}Config")
    text = {**TEXT, "max_position_embeddings": 64, "pad_token_id": 1, "bos_token_id": 0, "eos_token_id": 2}
    vision = {**VISION, "num_patches": 4} if version else VISION
    model = getattr(transformers, f"Siglip{version}Model")(config(text_config=text, vision_config=vision))
    model.save_pretrained(path)
    siglip_files(path, tokenizer)
    return model.eval(), model.text_model


def xlmr_model(pooler):
    from transformers import XLMRobertaConfig, XLMRobertaModel

    return XLMRobertaModel(XLMRobertaConfig(**XLMR, bos_token_id=0, eos_token_id=2), add_pooling_layer=pooler)


def m_clip(path, tokenizer):
    """As `multilingual_clip.pt_multilingual_clip.MultilingualCLIP` saves it; the XLM-R has its pooler."""
    import torch
    from safetensors.torch import save_file

    model = torch.nn.Module()
    model.transformer = xlmr_model(pooler=True)
    model.LinearTransformation = torch.nn.Linear(128, 16)
    path.mkdir()
    save_file(model.state_dict(), path / "model.safetensors", {"format": "pt"})
    config = {"architectures": ["MultilingualCLIP"], "numDims": 16, "transformerDimensions": 128}
    edit_json(path / "config.json", model_type="M-CLIP", modelBase="xlm-roberta-large", **config)
    xlmr_files(path, tokenizer)
    return model.eval(), model.transformer


def open_clip(path, tokenizer, name="open_clip_model.safetensors", config=True):
    """As `open_clip.hf_model.HFTextEncoder` in a `CustomTextCLIP`; LAION's repositories have no config."""
    import torch
    from safetensors.torch import save_file
    from torch.nn import GELU, Linear, Module, Parameter, Sequential

    model, text = Module(), Module()
    text.transformer = xlmr_model(pooler=False)
    text.proj = Sequential(Linear(128, 72, bias=False), GELU(), Linear(72, 16, bias=False))
    model.visual, model.text, model.logit_scale = Linear(4, 16), text, Parameter(torch.ones([]))
    state = model.state_dict()
    # a buffer until transformers 4.31
    state["text.transformer.embeddings.position_ids"] = torch.arange(40)[None]
    path.mkdir()
    if name.endswith(".bin"):
        torch.save(state, path / name)
    else:
        save_file(state, path / name, {"format": "pt"})
    if config:
        text_cfg = {"hf_model_name": "xlm-roberta-base", "hf_tokenizer_name": "xlm-roberta-base"}
        edit_json(path / "open_clip_config.json", model_cfg={"embed_dim": 16, "text_cfg": text_cfg})
    tokenizer.save_pretrained(path)
    for file in ("tokenizer_config.json", "special_tokens_map.json"):
        (path / file).unlink()
    return model.eval(), text.transformer


def sentence_transformers(path, tokenizer, subfolder=""):
    """As `clip-ViT-B-32-multilingual-v1`: the encoder at the top, or in `0_Transformer` as older ones have it."""
    import torch
    from safetensors.torch import save_file
    from transformers import DistilBertConfig, DistilBertModel

    config = DistilBertConfig(vocab_size=250, dim=128, n_layers=2, n_heads=2, hidden_dim=48, max_position_embeddings=40)
    model = DistilBertModel(config)
    model.save_pretrained(path / subfolder)
    vocab_txt(path / subfolder)
    edit_json(path / subfolder / "tokenizer_config.json", tokenizer_class="DistilBertTokenizer", do_lower_case=False)
    folders = {"Transformer": subfolder, "Pooling": "1_Pooling", "Dense": "2_Dense"}
    modules = [
        {"idx": i, "name": str(i), "path": folder, "type": f"sentence_transformers.models.{kind}"}
        for i, (kind, folder) in enumerate(folders.items())
    ]
    (path / "modules.json").write_text(json.dumps(modules))
    (path / "2_Dense").mkdir()
    save_file({"linear.weight": torch.ones(16, 128)}, path / "2_Dense" / "model.safetensors")
    return model.eval(), model


#: What writes a repository, and returns the model and the text encoder in it.
REPOSITORIES = {
    "altclip": altclip,
    "altclip-text": partial(altclip, whole=False),
    "chinese-clip": chinese_clip,
    "clip": clip,
    "clip-text": partial(clip, whole=False),
    "siglip": siglip,
    "siglip2": partial(siglip, version="2"),
    "m-clip": m_clip,
    "open-clip": open_clip,
    "laion": partial(open_clip, name="open_clip_pytorch_model.bin", config=False),
    "students": sentence_transformers,
    "old-students": partial(sentence_transformers, subfolder="0_Transformer"),
}


@pytest.fixture(scope="session")
def make_repository(make_tiny_encoder, tmp_path_factory):
    """Writes a repository. RETURNS: its path, the model, and the text encoder in it."""

    def make(name):
        import torch

        torch.manual_seed(0)
        path = tmp_path_factory.mktemp("hub") / name
        model, part = REPOSITORIES[name](path, make_tiny_encoder().tokenizer)
        (path / "README.md").write_text("---\nlicense: apache-2.0\n---\n\n# Original\n")
        return path, model, part

    return make


@pytest.fixture(scope="module")
def clip_tokenizer(tmp_path_factory):
    """The tiny tokenizer of CLIP."""
    from transformers import AutoTokenizer

    path = tmp_path_factory.mktemp("clip")
    clip_files(path)
    return AutoTokenizer.from_pretrained(path)
