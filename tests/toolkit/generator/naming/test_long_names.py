"""Methods whose names would be long are called without what their group and their path say already."""

import pytest

from described import calls, description

CUT = {
    "phrases whose nouns are parameters": (
        "GET /farms/{farmId}/weather hourlyWeatherMeasurementsAndForecastsForFarm weather",
        "weather.hourly_measurements_and_forecasts",
    ),
    "phrases of several parameters": (
        "DELETE /farms/{farmId}/keepers/{keeperId} revokePlannedVeterinaryInspectionsForFarmAndKeeper inspections",
        "inspections.revoke_planned_veterinary",
    ),
    "parameters of a name that spells its path": (
        "POST /orchards/{orchard}/trees/{tree_id}/grafts/{id} write-orchards-orchard-trees-tree_id-grafts-id plants",
        "plants.write_orchards_trees_grafts",
    ),
    "the path's abbreviations": (
        "PUT /orgs/{org}/quotas/{kind} replaceStorageQuotaConfigurationOrganization quotas",
        "quotas.replace_storage_configuration_org",
    ),
    "runs of the group's words": (
        "DELETE /farm/gate/keys/{id} deactivateFarmGateElectronicDoorSigningKey farm_gate_keys",
        "farm_gate_keys.deactivate_electronic_door_signing_key",
    ),
    "what is said twice": (
        "GET /harvest/crates/{id} harvest-crates-catalogue-read-harvest-crate-weight stock",
        "stock.catalogue_read_harvest_crate_weight",
    ),
    "words that say nothing": (
        "POST /pumps/{id} recalibrateIrrigationPumpPressureOperation water",
        "water.recalibrate_irrigation_pump_pressure",
    ),
    "the caller": (
        "GET /me/beehives listRegisteredBeehivesForAuthenticatedUser hives",
        "hives.list_registered_beehives_for_me",
    ),
    "what is one word": (
        "PUT /beehives/{id}/frames/{n} createOrUpdateHoneycombFrameMeasurement hives",
        "hives.upsert_honeycomb_frame_measurement",
    ),
    "what goes with a phrase": (
        "GET /farms/{farm_id}/crates listRefrigeratedAppleCratesOwnedByFarm stock",
        "stock.list_refrigerated_apple_crates",
    ),
}


@pytest.mark.parametrize("operation", CUT)
def test_what_is_said_elsewhere_is_left_out(operation: str) -> None:
    line, call = CUT[operation]
    assert list(calls(description(line)).values()) == [call]


@pytest.mark.parametrize(
    ("operation", "call"),
    [
        ("GET /orgs/{org}/trees getTreesOfOrganization trees", "trees.get_of_organization"),
        ("GET /farms/{id} getWeatherMeasurementsForFarm weather", "weather.get_measurements_for_farm"),
    ],
)
def test_short_names_stay(operation: str, call: str) -> None:
    assert list(calls(description(operation)).values()) == [call]


def test_methods_that_would_be_called_alike_keep_what_tells_them_apart() -> None:
    found = calls(
        description("""
GET /orgs/{org}/retention getArtifactRetentionSettingsForOrganization logs
GET /farms/{farm}/retention getArtifactRetentionSettingsForFarm logs
GET /houses/{house}/retention getArtifactRetentionSettingsForHouse logs
""")
    )
    assert set(found.values()) == {
        "logs.get_artifact_retention_settings_for_org",
        "logs.get_artifact_retention_settings_for_farm",
        "logs.get_artifact_retention_settings_for_house",
    }


def test_a_cut_takes_no_name_from_another_method() -> None:
    found = calls(
        description("""
GET /plans/{account} getSubscriptionPlanForAccount billing
GET /stubbed/plans/{account} getSubscriptionPlanForAccountThatIsStubbed billing
GET /plans/all/of/us getSubscriptions billing
""")
    )
    assert found["GET /plans/{account}"] == "billing.get_subscription_plan_for_account"
    assert "stubbed" in found["GET /stubbed/plans/{account}"]


def test_the_methods_of_a_group_are_cut_alike() -> None:
    found = calls(
        description("""
GET /spaces/{space}/pods listSpacedPod pods_v1 list
GET /pods listPodForAllSpaces pods_v1 list
DELETE /spaces/{space}/pods deleteCollectionSpacedReplicationController pods_v1
""")
    )
    assert set(found.values()) == {
        "pods_v1.list_pod",
        "pods_v1.list_pod_for_all_spaces",
        "pods_v1.delete_collection_replication_controller",
    }
