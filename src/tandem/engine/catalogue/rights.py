"""Who was erased, in a form that names nobody: keyed hashes that keep them out, and what campaigns lost."""

from tandem.engine.catalogue.model import Column, Table
from tandem.kernel.values import Type

TABLES = (
    Table(
        name="erased",
        row="request and identifier of somebody who was erased",
        columns=(
            Column("request", Type.TEXT, "The request that asked for it."),
            Column("hash", Type.TEXT, "Keyed hash of kind and normalised value."),
            Column("together", Type.TEXT, "Keyed hash that the identifiers of one person share, or null."),
            Column("erased_at", Type.TIMESTAMP, "When it was put here, UTC."),
            Column(
                "until", Type.TIMESTAMP, "What happened from this time on is taken again; null: nothing is."
            ),
            Column("key_mark", Type.TEXT, "Mark of the secret that the hash was made with."),
        ),
        writer="policy",
        key=("request", "hash"),
        nobody="Without the workspace's secret, which is not in the lake, a hash cannot be led back to anybody.",
    ),
    Table(
        name="erased_assignments",
        row="campaign that lost people by erasures",
        columns=(
            Column("request", Type.TEXT, "The request while it is carried out; null once it is done."),
            Column("campaign", Type.TEXT, "The campaign."),
            Column("arm", Type.TEXT, "Null: beside one request an arm would say whose it was."),
            Column("people", Type.INTEGER, "People who were assigned and are not any more.", unit="people"),
            Column("at", Type.TIMESTAMP, "Null: a time would name the request."),
        ),
        writer="journey",
        key=("request", "campaign", "arm"),
        stats=("at",),
        nobody="Counts only.",
    ),
)
