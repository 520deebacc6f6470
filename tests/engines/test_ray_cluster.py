"""A cluster of two nodes, as processes on this machine, gives what one process gives, also if a node is lost."""

import os

import pytest

from spacy_xproj.config import load_project_config, resolve
from spacy_xproj.corpora.parallel import ParallelCorpus
from spacy_xproj.engines.engine import Engine, StageMaker
from spacy_xproj.projectors.stage import ProjectionStage, shard_batches
from spacy_xproj.registry import load_code

ray = pytest.importorskip("ray", reason="Ray is not installed: pip install 'spacy_xproj[ray]'")


@pytest.fixture(scope="module")
def cluster():
    from ray.cluster_utils import Cluster

    os.environ["RAY_ENABLE_UV_RUN_RUNTIME_ENV"] = "0"
    memory = {"num_cpus": 1, "object_store_memory": 100 << 20}
    cluster = Cluster(initialize_head=True, head_node_args={**memory, "include_dashboard": False})
    cluster.add_node(**memory)
    ray.init(address=cluster.address, log_to_driver=False)
    yield cluster
    ray.shutdown()
    cluster.shutdown()


@pytest.mark.parametrize("aligner", ["fatal", "links"])
def test_two_nodes_give_the_bytes_of_one_process(cluster, work, invoke, is_same, aligner):
    """With `fatal`, a worker is killed in the middle."""
    assert sum(node["Alive"] for node in ray.nodes()) == 2
    for out, options in (("one", []), ("two", ["--engine", "ray", "-n", "2"])):
        command = f"project bitext {out}/out -c {aligner}.cfg --shard-size 4 --code code.py"
        result = invoke(*command.split(), *options)
        assert result.exit_code == 0, result.output + result.stderr
    assert is_same(work / "one", work / "two")


@pytest.mark.parametrize("times", [1, 100_000])
def test_a_node_is_lost(cluster, work, times):
    """Also if what workers are made of is so large that Ray keeps it apart from them, as it keeps statistics."""
    load_code(work / "code.py")
    (work / "ended").touch()  # nothing kills itself
    config = load_project_config(work / "fatal.cfg", [])
    corpus = ParallelCorpus(work / "bitext")
    projector = resolve(config, "projector", "config")
    maker = StageMaker.here(ProjectionStage, config, "config" * times, None, "en", "pt")
    here = list(map(maker(), shard_batches(projector, corpus, 4, 0)))
    node = cluster.add_node(num_cpus=1, object_store_memory=100 << 20)
    results = Engine("ray", 3).run(maker, shard_batches(projector, corpus, 4, 0))
    there = [next(results)]
    cluster.remove_node(node, allow_graceful=False)
    cluster.add_node(num_cpus=1, object_store_memory=100 << 20)
    assert there + list(results) == here
