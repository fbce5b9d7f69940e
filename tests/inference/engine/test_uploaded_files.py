"""What is read of an uploaded file before anything is loaded: bombs, ways out of the archive, pickles, operators."""

import io
import json
import os
import pickle
import zipfile

import numpy as np
import onnx
import pytest
import torch
from hypothesis import given
from hypothesis import strategies as st
from onnx import helper, numpy_helper
from torch import nn

from portal.inference.engine.archives import read_archive
from portal.inference.engine.exported_file import checked_export
from portal.inference.engine.onnx_file import checked_onnx
from portal.inference.engine.refusal import ModelRefused
from portal.inference.engine.torchscript_file import checked_torchscript
from tests.inference.made_models import Score, changed_archive, exported, onnx_model, onnx_score, torchscript

MIB = 2**20
ROOM = 64 * MIB


class Bomb:
    """Runs a command when somebody unpickles it."""

    def __reduce__(self):
        return os.system, ("touch /tmp/overread-hostile",)


def zipped(*members: tuple[str, bytes], compression: int = zipfile.ZIP_STORED) -> bytes:
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w", compression) as archive:
        for name, content in members:
            archive.writestr(zipfile.ZipInfo(name) if "\\" in name else name, content)
    return buffer.getvalue()


def code_of(check, content) -> str:
    with pytest.raises(ModelRefused) as caught:
        check(content, ROOM)
    assert not os.path.exists("/tmp/overread-hostile")  # noqa: PTH110
    return caught.value.code


@pytest.mark.parametrize("check", [checked_torchscript, checked_export])
def test_a_pickle_is_no_archive(check):
    assert code_of(check, pickle.dumps(Bomb())) == "not_an_archive"


def test_a_saved_pickle_is_no_torchscript():
    buffer = io.BytesIO()
    torch.save({"model": Bomb()}, buffer)
    with pytest.raises(ModelRefused, match="pickled model") as caught:
        checked_torchscript(buffer.getvalue(), ROOM)
    assert caught.value.code == "not_torchscript"
    assert code_of(checked_export, buffer.getvalue()) == "not_exported"


@pytest.mark.parametrize("check", [checked_torchscript, checked_export])
def test_a_zip_bomb_is_told_by_its_directory(check):
    bomb = zipped(("model/data/0", bytes(2 * ROOM)), compression=zipfile.ZIP_DEFLATED)
    assert len(bomb) < MIB
    assert code_of(check, bomb) == "unpacks_too_large"


@pytest.mark.parametrize(
    "name", ["../../etc/cron.d/job", "/etc/passwd", "model/../../x", "model/./x", "model\\..\\x", "model//x", "m/\nx"]
)
def test_names_that_lead_out_are_refused(name):
    assert code_of(read_archive, zipped(("model/version", b"3"), (name, b"x"))) == "unsafe_path"


def test_a_name_is_there_once():
    with pytest.warns(UserWarning, match="Duplicate name"):
        twice = zipped(("model/version", b"3"), ("model/version", b"4"))
    assert code_of(read_archive, twice) == "repeated_member"


@given(st.binary(max_size=400))
def test_no_bytes_are_anything_but_read_or_refused(content):
    for check in (checked_torchscript, checked_export):
        with pytest.raises(ModelRefused):
            check(content, ROOM)
    with pytest.raises(ModelRefused):
        checked_onnx(content)


def test_a_clean_archive_is_copied_without_what_is_not_needed():
    content = torchscript(Score())
    with zipfile.ZipFile(checked_torchscript(content, ROOM)) as archive:
        names = set(archive.namelist())
    assert "model/constants.pkl" in names
    assert not any(name.endswith(".debug_pkl") for name in names)


@pytest.mark.parametrize(
    ("line", "code"),
    [
        (b'torch.save(volume, "x")', "forbidden_operator"),
        (b'(volume).save("x", )', "forbidden_operator"),
        (b'torch . from_file("x")', "forbidden_operator"),
        (b"ops.c10d.send([volume], 1, 0)", "forbidden_operator"),
        (b"ops.prim.rpc_sync(1)", "forbidden_operator"),
        (b"__torch__.torch.classes.other.Thing()", "forbidden_operator"),
        (b"volume = = 1", "unreadable_code"),
        (b"(" * 5000, "unreadable_code"),
    ],
)
def test_code_of_torchscript_is_read(line, code):
    def change(name, content):
        return content.replace(b"    return ", b"    " + line + b"\n    return ") if name.endswith(".py") else content

    changed = changed_archive(torchscript(Score()), change)
    assert changed != torchscript(Score())
    assert code_of(checked_torchscript, changed) == code


def test_members_of_strangers_are_refused():
    added = changed_archive(torchscript(Score()), lambda name, content: content, **{"code/evil.so": b"\x7fELF"})
    assert code_of(checked_torchscript, added) == "unknown_member"
    compiled = {"data/aotinductor/model/wrapper.so": b"\x7fELF"}
    added = changed_archive(exported(Score()), lambda name, content: content, **compiled)
    assert code_of(checked_export, added) == "unknown_member"
    custom = changed_archive(
        exported(Score()), lambda name, content: content, **{"data/constants/custom_obj_0": pickle.dumps(Bomb())}
    )
    assert code_of(checked_export, custom) == "unknown_member"


def test_sample_inputs_are_never_unpickled():
    """torch.export.load falls back to unpickling them without limits."""

    def change(name, content):
        return pickle.dumps(Bomb()) if name == "data/sample_inputs/model.pt" else content

    with zipfile.ZipFile(checked_export(changed_archive(exported(Score()), change), ROOM)) as archive:
        assert archive.read("package/data/sample_inputs/model.pt") == b""


def with_json(member, edit):
    def change(name, content):
        if name != member:
            return content
        document = json.loads(content)
        edit(document)
        return json.dumps(document).encode()

    return changed_archive(exported(Score()), change)


def test_pickled_weights_are_refused():
    def edit(document):
        next(iter(document["config"].values()))["use_pickle"] = True

    assert code_of(checked_export, with_json("data/weights/model_weights_config.json", edit)) == "pickled_part"


def first_node(document):
    return document["graph_module"]["graph"]["nodes"][0]


def rename(document):
    first_node(document)["outputs"][0]["as_tensor"]["name"] = "x = __import__('os').system('id')"


def call(target):
    def edit(document):
        first_node(document)["target"] = target

    return edit


def size(expression):
    def edit(document):
        document["range_constraints"][expression] = {"min_val": 0, "max_val": 9}

    return edit


def nest(document):
    spec = '[1, {"type": "collections.defaultdict", "context": "{}", "children_spec": []}]'
    document["graph_module"]["module_call_graph"][0]["signature"]["in_spec"] = spec


@pytest.mark.parametrize(
    ("edit", "code"),
    [
        (rename, "forbidden_name"),
        (call("torch.os.system"), "forbidden_operator"),
        (call("torch.hub.load"), "forbidden_operator"),
        (call("torch.ops.aten.from_file.default"), "forbidden_operator"),
        (call("torch.ops.higher_order.cond"), "forbidden_operator"),
        (call("_operator.methodcaller"), "forbidden_operator"),
        (call("#other:thing"), "forbidden_operator"),
        (size("__import__('os').system('id')"), "forbidden_expression"),
        (size("s0.__class__"), "forbidden_expression"),
        (size("lambdify(s0)"), "forbidden_expression"),
        (size("(lambda: 0)()"), "forbidden_expression"),
        (size("Symbol('s0').evalf"), "forbidden_expression"),
        (size("Symbol(\"__import__('os')\")"), "forbidden_expression"),
        (size("s0 if s1 else s2"), "forbidden_expression"),
        (size("f'{s0}'"), "forbidden_expression"),
        (size("Mul(*s0)"), "forbidden_expression"),
        (size(""), "forbidden_expression"),
        (nest, "forbidden_name"),
    ],
)
def test_the_graph_of_an_export_is_read(edit, code):
    assert code_of(checked_export, with_json("models/model.json", edit)) == code


class Sized(nn.Module):
    """Has sizes that are worked out: halves, rounded up, and products."""

    def forward(self, volume: torch.Tensor) -> torch.Tensor:
        smaller = volume[:, :, :, ::2, ::2]
        flat = smaller.reshape(smaller.shape[2] * smaller.shape[3], -1)
        return flat.mean().sigmoid()


def test_code_that_checks_sizes_is_left_out():
    def edit(document):
        document["guards_code"] = ["__import__('os').system('touch /tmp/overread-hostile')"]

    with zipfile.ZipFile(checked_export(with_json("models/model.json", edit), ROOM)) as archive:
        assert json.loads(archive.read("package/models/model.json"))["guards_code"] == []


def test_ordinary_sizes_are_taken():
    assert checked_export(exported(Sized()), ROOM).getvalue()


def onnx_code(model) -> str:
    with pytest.raises(ModelRefused) as caught:
        checked_onnx(model.SerializeToString())
    return caught.value.code


def test_external_data_is_refused_at_any_depth():
    external = numpy_helper.from_array(np.array(1, np.float32), "weight")
    onnx.external_data_helper.set_external_data(external, location="/etc/passwd")
    external.ClearField("raw_data")
    as_attribute = helper.make_node("Constant", [], ["weight"], value=external)
    inner = helper.make_graph(
        [as_attribute], "inner", [], [helper.make_tensor_value_info("weight", onnx.TensorProto.FLOAT, [])]
    )
    condition = helper.make_node("ReduceMax", ["volume"], ["most"], keepdims=0)
    as_bool = helper.make_node("Cast", ["most"], ["truth"], to=onnx.TensorProto.BOOL)
    branch = helper.make_node("If", ["truth"], ["score"], then_branch=inner, else_branch=inner)
    assert onnx_code(onnx_model([condition, as_bool, branch], {"score": []}, [])) == "external_data"
    assert onnx_code(onnx_model([as_attribute], {"weight": []}, [])) == "external_data"


@pytest.mark.parametrize(("domain", "operator"), [("evil.example", "Run"), ("com.microsoft", "EPContext")])
def test_operators_of_strangers_are_refused(domain, operator):
    model = onnx_model([helper.make_node(operator, ["volume"], ["score"], domain=domain)], {"score": []}, [])
    model.opset_import.append(helper.make_opsetid(domain, 1))
    assert onnx_code(model) == "forbidden_operator"


def test_a_graph_that_does_not_hold_together_is_refused():
    model = onnx_score()
    model.graph.node[0].input[0] = "nowhere"
    assert onnx_code(model) == "not_onnx"
    assert onnx_code(onnx.ModelProto()) == "not_onnx"
