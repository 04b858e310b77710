"""Labels by hand: what an edit does to the tags of files, and what it refuses."""

import asyncio

import pytest

from bowerbird.catalog.v1.job_pb2 import Job, JobMode, TagEditSpec
from bowerbird.catalog.v1.tag_edit_pb2 import TagChanges, TagEdit
from bowerbird.catalog.v1.tag_edit_service_pb2 import EditTagsRequest, FileNames, GetTagEditRequest, UndoTagEditRequest
from bowerbird.catalog.v1.tag_edit_service_pb2_grpc import TagEditServiceStub
from libs.rpc.names import file_id
from tests.services.catalog.tag_edits.scene import Labels
from tests.suite import refusal

AI = {"bird", "tree"}


async def test_a_tag_is_given_to_chosen_files_with_who_and_when(labels: Labels) -> None:
    request = EditTagsRequest(
        parent=labels.scene.version, names=labels.names([3, 5, 3]), changes=TagChanges(add=["my bird"])
    )
    edit = (await labels.stub.EditTags(request)).tag_edit
    assert edit.state == TagEdit.STATE_DONE
    assert (edit.file_count, edit.processed_file_count, edit.changed_file_count) == (2, 2, 2)
    assert edit.changes == TagChanges(add=["my bird"])
    assert edit.editor.startswith("workspaces/test/tokens/")
    assert not edit.job
    assert await labels.get(edit) == edit
    tags = await labels.tags()
    assert {ordinal for ordinal, (_, user, _) in tags.items() if user} == {3, 5}
    file = await labels.file(3)
    assert (list(file.tags.ai), list(file.tags.user)) == (["bird", "tree"], ["my bird"])
    assert file.tags.editor == edit.editor
    assert file.tags.edit_time == edit.create_time == file.tag_time
    assert not (await labels.file(4)).tags.HasField("edit_time")


async def test_a_tag_of_a_model_is_given_by_hand_too_and_stays_when_the_model_changes_its_mind(labels: Labels) -> None:
    await labels.edit([0], add=["bird"])
    assert (await labels.tags())[0] == (AI, {"bird"}, set())
    await labels.scene.finish(await labels.scene.tag(mode=JobMode.JOB_MODE_FULL), "sky")
    assert (await labels.tags())[0] == ({"sky"}, {"bird"}, set())


async def test_a_rejected_tag_stays_rejected_whatever_models_say_later(labels: Labels) -> None:
    await labels.edit([0, 1], reject=["bird"])
    await labels.scene.finish(await labels.scene.tag(mode=JobMode.JOB_MODE_FULL), "sky")
    await labels.scene.finish(await labels.scene.tag(mode=JobMode.JOB_MODE_FULL), "bird")
    assert (await labels.tags())[0] == ({"bird"}, set(), {"bird"})
    await labels.edit([0], restore=["bird"])
    assert (await labels.tags())[0] == ({"bird"}, set(), set())
    assert (await labels.tags())[1] == ({"bird"}, set(), {"bird"})


async def test_rejecting_what_no_model_gave_changes_nothing(labels: Labels) -> None:
    await labels.edit([0], add=["mine"])
    edit = await labels.edit(range(20), reject=["mine"])
    assert (edit.state, edit.changed_file_count, edit.processed_file_count) == (TagEdit.STATE_DONE, 0, 20)
    assert (await labels.tags())[0] == (AI, {"mine"}, set())
    assert await labels.changes_that_stand() == 1


async def test_a_rejected_tag_that_is_given_by_hand_holds_again(labels: Labels) -> None:
    await labels.edit([0], reject=["bird"])
    edit = await labels.edit([0], add=["bird"])
    assert (await labels.tags())[0] == (AI, {"bird"}, set())
    await labels.undo(edit)
    assert (await labels.tags())[0] == (AI, set(), {"bird"})


async def test_remove_and_reject_in_one_edit_take_a_tag_away_whoever_gave_it(labels: Labels) -> None:
    await labels.edit([0, 1], add=["bird", "mine"])
    edit = await labels.edit(range(20), remove=["bird", "mine"], reject=["bird", "mine"])
    assert edit.changed_file_count == 20
    assert (await labels.tags())[0] == (AI, set(), {"bird"})
    assert (await labels.tags())[2] == (AI, set(), {"bird"})


async def test_deleted_files_are_left_as_they_are(labels: Labels) -> None:
    await labels.delete(2, 3)
    edit = await labels.edit(range(5), add=["mine"])
    assert (edit.file_count, edit.changed_file_count) == (5, 3)
    assert {ordinal for ordinal, (_, user, _) in (await labels.tags()).items() if user} == {0, 1, 4}


async def test_what_was_changed_is_undone_in_files_that_are_gone_since(labels: Labels) -> None:
    before = await labels.tags()
    edit = await labels.edit(range(5), add=["mine"], reject=["tree"])
    await labels.delete(2)
    assert (await labels.undo(edit)).reverted_file_count == 5
    assert await labels.tags() == before


async def test_names_are_normalised_and_unknown_tags_are_named_in_a_note(labels: Labels) -> None:
    edit = await labels.edit([0], add=[" cafe\u0301 ", "café"], remove=["nobody has it"], reject=["never seen"])
    assert edit.changes == TagChanges(add=["café"], remove=["nobody has it"], reject=["never seen"])
    assert (await labels.tags())[0][1] == {"café"}
    assert [note for note in edit.notes if "'nobody has it'" in note and "remove" in note]
    assert [note for note in edit.notes if "'never seen'" in note and "reject" in note]
    assert len(edit.notes) == 2


async def test_an_edit_is_one_revision_and_an_undoing_another(labels: Labels) -> None:
    revision = await labels.revision()
    edit = await labels.edit(range(20), add=["one", "two"], reject=["bird"])
    assert await labels.revision() == revision + 1
    await labels.undo(edit)
    assert await labels.revision() == revision + 2
    assert await labels.changes_that_stand() == 0


async def test_an_undoing_touches_only_what_the_edit_changed(labels: Labels) -> None:
    await labels.edit([0, 1], add=["mine"])
    edit = await labels.edit([1, 2], add=["mine"])
    assert edit.changed_file_count == 1
    undone = await labels.undo(edit)
    assert (undone.state, undone.reverted_file_count) == (TagEdit.STATE_UNDONE, 1)
    assert undone.undoer == edit.editor
    assert undone.HasField("undo_time")
    assert {ordinal for ordinal, (_, user, _) in (await labels.tags()).items() if user} == {0, 1}


async def test_a_change_that_a_later_edit_changed_again_no_longer_stands(labels: Labels) -> None:
    first = await labels.edit([0, 1], add=["mine"])
    second = await labels.edit([0], remove=["mine"])
    third = await labels.edit([0], add=["mine"])
    assert (await labels.undo(first)).reverted_file_count == 1  # file 1: in file 0 the third edit holds
    assert (await labels.tags())[0][1] == {"mine"}
    assert (await labels.tags())[1][1] == set()
    await labels.undo(third)
    await labels.undo(second)
    assert (await labels.tags())[0][1] == set()
    assert await labels.changes_that_stand() == 0


async def test_an_undone_edit_is_not_undone_again(labels: Labels) -> None:
    edit = await labels.edit([0], add=["mine"])
    await labels.undo(edit)
    refused = await refusal(labels.undo(edit))
    assert refused.reason_name == "STATE_CONFLICT"
    assert "undone" in str(refused)
    assert "make a new edit" in str(refused)


async def test_a_repeated_request_makes_one_edit_and_one_undoing(labels: Labels) -> None:
    edits = await asyncio.gather(*(labels.edit([0], add=["mine"], request_id="once") for _ in range(4)))
    assert all(edit == edits[0] for edit in edits)
    assert len(await labels.list()) == 1
    undone = await asyncio.gather(*(labels.undo(edits[0], request_id="undo once") for _ in range(4)))
    assert all(edit == undone[0] for edit in undone)
    assert undone[0].state == TagEdit.STATE_UNDONE
    assert (await labels.edit([0], add=["mine"], request_id="once")).state == TagEdit.STATE_UNDONE
    assert (await labels.tags())[0][1] == set()


async def test_edits_are_listed_newest_first(labels: Labels) -> None:
    made = [await labels.edit([number], add=[f"tag {number}"]) for number in range(5)]
    assert await labels.list(page_size=2) == made[::-1]


async def test_an_edit_says_what_its_files_were_selected_by(labels: Labels) -> None:
    changes = TagChanges(add=["mine"])
    for expression in (None, "", 'tags.all = "bird"'):
        selection = labels.selection([0])
        if expression is not None:
            selection.expression = expression
        request = EditTagsRequest(parent=labels.scene.version, selection=selection, changes=changes)
        edit = (await labels.stub.EditTags(request)).tag_edit
        assert (edit.expression if edit.HasField("expression") else None) == expression
        assert await labels.get(edit) == edit
    by_names = EditTagsRequest(parent=labels.scene.version, names=labels.names([0]), changes=changes)
    assert not (await labels.stub.EditTags(by_names)).tag_edit.HasField("expression")


async def test_a_published_version_is_not_edited(labels: Labels) -> None:
    edit = await labels.edit([0], add=["mine"])
    before = await labels.tags()
    await labels.publish()
    for call in (labels.edit([0], add=["other"]), labels.undo(edit)):
        refused = await refusal(call)
        assert (refused.status.name, refused.reason_name) == ("FAILED_PRECONDITION", "VERSION_PUBLISHED")
    assert await labels.tags() == before
    assert (await labels.get(edit)).state == TagEdit.STATE_DONE


@pytest.mark.parametrize(
    ("changes", "field"),
    [
        (TagChanges(), "changes"),
        (TagChanges(add=[f"tag {number}" for number in range(65)]), "changes"),
        (TagChanges(add=["a"], remove=["a "]), "changes.remove"),
        (TagChanges(add=["a"], reject=["a"]), "changes.reject"),
        (TagChanges(reject=["a"], restore=["a"]), "changes.restore"),
        (TagChanges(add=[" "]), "tags"),
        (TagChanges(add=["a\0"]), "tags"),
        (TagChanges(remove=["x" * 202]), "tags"),
    ],
)
async def test_changes_that_make_no_sense_are_refused(labels: Labels, changes: TagChanges, field: str) -> None:
    request = EditTagsRequest(parent=labels.scene.version, names=labels.names([0]), changes=changes)
    refused = await refusal(labels.stub.EditTags(request))
    assert (refused.reason_name, refused.details["field"]) == ("FIELD_INVALID", field)


async def test_files_that_are_not_the_versions_are_refused(labels: Labels) -> None:
    wanted = TagChanges(add=["a"])
    version = labels.scene.version
    other = labels.selection([0])
    other.version = f"{labels.scene.dataset}/versions/v2"
    broken = labels.selection([0])
    broken.ordinals = b"no bitmap"
    endless = labels.selection([0])
    endless.expression = "x" * 8_193
    stranger = f"{version}/files/{file_id(labels.scene.version_id + 1, 0)}"
    cases = [
        (EditTagsRequest(changes=wanted), "FIELD_INVALID"),
        (EditTagsRequest(changes=wanted, names=FileNames()), "FIELD_INVALID"),
        (EditTagsRequest(changes=wanted, names=FileNames(names=[labels.name(0)] * 10_001)), "FIELD_INVALID"),
        (EditTagsRequest(changes=wanted, names=labels.names([20])), "NOT_FOUND"),
        (EditTagsRequest(changes=wanted, names=FileNames(names=[stranger])), "NOT_FOUND"),
        (EditTagsRequest(changes=wanted, names=FileNames(names=["photo-1.jpg"])), "NAME_INVALID"),
        (EditTagsRequest(changes=wanted, selection=other), "FIELD_INVALID"),
        (EditTagsRequest(changes=wanted, selection=broken), "FIELD_INVALID"),
        (EditTagsRequest(changes=wanted, names=labels.names([0]), request_id="x" * 65), "FIELD_INVALID"),
        (EditTagsRequest(changes=wanted, selection=endless), "FIELD_INVALID"),
    ]
    for request, reason in cases:
        request.parent = version
        assert (await refusal(labels.stub.EditTags(request))).reason_name == reason, request
    assert await labels.list() == []


async def test_a_viewer_sees_edits_and_makes_none(labels: Labels) -> None:
    edit = await labels.edit([0], add=["mine"])
    viewer = TagEditServiceStub(labels.scene.catalog.viewer)
    assert (await viewer.GetTagEdit(GetTagEditRequest(name=edit.name))).tag_edit == edit
    request = EditTagsRequest(parent=labels.scene.version, names=labels.names([0]), changes=TagChanges(add=["a"]))
    for call in (viewer.EditTags(request), viewer.UndoTagEdit(UndoTagEditRequest(name=edit.name))):
        assert (await refusal(call)).reason_name == "ROLE_MISSING"


async def test_an_edit_that_is_not_there_is_not_found(labels: Labels) -> None:
    for edit_id in ("0", "987654321", "x", "9" * 30):
        name = f"{labels.scene.version}/tagEdits/{edit_id}"
        assert (await refusal(labels.get(TagEdit(name=name)))).reason_name == "NOT_FOUND"
        assert (await refusal(labels.undo(TagEdit(name=name)))).reason_name == "NOT_FOUND"


async def test_a_job_that_edits_tags_is_not_made_by_hand(labels: Labels) -> None:
    job = Job(version=labels.scene.version, tag_edit=TagEditSpec(tag_edit="x"))
    refused = await refusal(labels.scene.create(job))
    assert (refused.reason_name, refused.details["field"]) == ("FIELD_INVALID", "job.spec")
