"""All services but S3 of a running local cloud, seen by boto3 and the AWS CLI.

Takes endpoint and credentials from the environment, as `regulabel up` prints them; the state should have seen a demo
run. Of every answer the bytes on the wire are held against botocore's model: each member must be in it, have its type
and, where it is an enumeration, one of its values; what the model requires must be there, and so must what each call
names below. Lists with a paginator are read again in small pages. Only reads, but for one event and one SELECT.
"""

import base64
import json
import os
import subprocess
import sys
import time
import xml.etree.ElementTree as xml

import boto3
from botocore.config import Config
from botocore.exceptions import BotoCoreError, ClientError

ENDPOINT = os.environ["AWS_ENDPOINT_URL"]
SCALARS = {"string": str, "character": str, "boolean": bool, "integer": int, "long": int, "blob": str}
failures, calls = [], 0


def report(what, problems):
    global calls
    calls += 1
    print("ok  " if not problems else "FAIL", what, *problems[:5], flush=True)
    if problems:
        failures.append(what)


def json_problems(shape, value, path=""):
    kind = shape.type_name
    if kind == "structure":
        names = {member.serialization.get("name", name): name for name, member in shape.members.items()}
        if shape.metadata.get("document") or not isinstance(value, dict):
            return [] if shape.metadata.get("document") else [f"{path} is no structure"]
        required = [names.get(name, name) for name in shape.required_members]
        found = [f"{path}.{name} is not in the model" for name in value if name not in names]
        found += [f"{path}.{name} is missing" for name in required if name not in {names.get(key) for key in value}]
        for name in value:
            if name in names:
                found += json_problems(shape.members[names[name]], value[name], f"{path}.{name}")
        return found
    if kind == "list":
        return [p for at, item in enumerate(value) for p in json_problems(shape.member, item, f"{path}[{at}]")]
    if kind == "map":
        return [p for key, item in value.items() for p in json_problems(shape.value, item, f"{path}.{key}")]
    numbers = (int, float) if kind in ("timestamp", "float", "double") else SCALARS[kind]
    if not isinstance(value, numbers) or (isinstance(value, bool) and kind != "boolean"):
        return [f"{path} is {value!r}, no {kind}"]
    if getattr(shape, "enum", None) and value not in shape.enum:
        return [f"{path} is {value!r}, not one of the model's values"]
    return []


def from_xml(shape, element):
    """An element of the query protocol as the JSON that its shape would have."""
    kind = shape.type_name
    children = [(child.tag.split("}")[-1], child) for child in element]
    if kind == "structure":
        names = {member.serialization.get("name", name): name for name, member in shape.members.items()}
        return {tag: from_xml(shape.members[names[tag]], c) if tag in names else None for tag, c in children}
    if kind == "list":
        return [from_xml(shape.member, child) for _, child in children]
    if kind == "map":
        pairs = [{tag: child for tag, child in ((c.tag.split("}")[-1], c) for c in entry)} for _, entry in children]
        return {pair["key"].text: from_xml(shape.value, pair["value"]) for pair in pairs}
    text = element.text or ""
    if kind == "boolean":
        return text == "true"
    return text if kind in ("string", "blob") else 0.5 if kind == "timestamp" else int(text)


def wire_problems(operation, response):
    """What is wrong with an answer's bytes."""
    body, shape = response["body"], operation.output_shape
    if shape is None or response["status_code"] >= 300 or "payload" in shape.serialization or not body:
        return []
    if operation.service_model.metadata["protocol"] == "query":
        root = xml.fromstring(body)
        result = next((child for child in root if child.tag.split("}")[-1] == f"{operation.name}Result"), root)
        return json_problems(shape, from_xml(shape, result), operation.name)
    return json_problems(shape, json.loads(body), operation.name)


seen = []


def client(service):
    made = boto3.client(service, endpoint_url=ENDPOINT, config=Config(retries={"max_attempts": 1}))
    made.meta.events.register(
        "before-parse.*",
        lambda operation_model, response_dict, **_: seen.extend(wire_problems(operation_model, response_dict)),
    )
    return made


def ask(aws, operation, expected="", **given):
    """Calls. `expected`: members, separated by spaces, that must be there and not empty."""
    seen.clear()
    found, problems = {}, []
    try:
        found = getattr(aws, operation)(**given)
        problems = [f"{name} is missing" for name in expected.split() if found.get(name) in (None, "", [], {})]
        problems += seen
        if not problems and aws.can_paginate(operation):
            problems += page_problems(aws, operation, given)
    except (BotoCoreError, ClientError) as error:
        problems = [str(error)]
    report(f"{aws.meta.service_model.service_name} {operation} {' '.join(given)}", problems)
    return found


def page_problems(aws, operation, given, most=40):
    pager = aws.get_paginator(operation)
    key = str(pager.result_keys[0].expression)
    if pager._limit_key is None:
        return []
    whole = [item for page in pager.paginate(**given) for item in page.get(key, [])]
    model = aws.meta.service_model.operation_model(aws.meta.method_to_api_mapping[operation])
    least = model.input_shape.members[pager._limit_key].metadata.get("min", 1)
    few = pager.paginate(**given, PaginationConfig={"PageSize": max(1, least, len(whole) // most)})
    again = [item for page in few for item in page.get(key, [])]
    return [] if again == whole else [f"{len(whole)} {key}, read in small pages {len(again)}"]


def refused(aws, operation, code, **given):
    try:
        getattr(aws, operation)(**given)
        problems = ["was not refused"]
    except ClientError as error:
        problems = [] if error.response["Error"]["Code"] == code else [str(error)]
    report(f"{aws.meta.service_model.service_name} {operation}: {code}", problems)


def cli(*arguments, fails_with=None):
    done = subprocess.run(
        ["aws", *arguments, "--endpoint-url", ENDPOINT, "--output", "json"], capture_output=True, text=True, timeout=120
    )
    held = fails_with in done.stderr if fails_with else done.returncode == 0
    report(f"aws {' '.join(arguments)[:110]}", [] if held else [done.stderr.strip() or "was not refused"])
    return json.loads(done.stdout) if held and not fails_with and done.stdout.strip() else {}


def states():
    aws = client("stepfunctions")
    machines = ask(aws, "list_state_machines", "stateMachines")["stateMachines"]
    ask(aws, "describe_state_machine", "definition roleArn status", stateMachineArn=machines[0]["stateMachineArn"])
    for machine in machines:
        arn = machine["stateMachineArn"]
        found = ask(aws, "list_executions", stateMachineArn=arn)["executions"]
        ask(aws, "list_executions", stateMachineArn=arn, statusFilter="SUCCEEDED", redriveFilter="NOT_REDRIVEN")
        if found:
            execution = found[0]["executionArn"]
            ask(aws, "describe_execution", "input status startDate", executionArn=execution)
            ask(aws, "get_execution_history", "events", executionArn=execution)
            ask(aws, "get_execution_history", "events", executionArn=execution, reverseOrder=True)
            ask(aws, "describe_state_machine_for_execution", "definition", executionArn=execution)
            refused(aws, "redrive_execution", "ExecutionNotRedrivable", executionArn=execution)
    refused(aws, "describe_execution", "ExecutionDoesNotExist", executionArn=f"{arn}:none".replace(":stateMachine:", ":execution:"))
    refused(aws, "list_state_machines", "InvalidToken", nextToken="x")
    refused(aws, "list_activities", "NotImplemented")
    cli("stepfunctions", "list-executions", "--state-machine-arn", arn, "--max-items", "3")


def sagemaker():
    aws = client("sagemaker")
    for kind, snake in [("Processing", "processing"), ("Training", "training"), ("Transform", "transform"), ("HyperParameterTuning", "hyper_parameter_tuning")]:
        jobs = ask(aws, f"list_{snake}_jobs", f"{kind}JobSummaries")[f"{kind}JobSummaries"]
        ask(aws, f"list_{snake}_jobs", f"{kind}JobSummaries", SortBy="Name", SortOrder="Descending", StatusEquals="Completed")
        job = jobs[0]
        ask(aws, f"describe_{snake}_job", f"{kind}JobArn {kind}JobStatus", **{f"{kind}JobName": job[f"{kind}JobName"]})
        ask(aws, "list_tags", ResourceArn=job[f"{kind}JobArn"])
    name = job["HyperParameterTuningJobName"]
    ask(aws, "list_training_jobs_for_hyper_parameter_tuning_job", "TrainingJobSummaries", HyperParameterTuningJobName=name, SortBy="FinalObjectiveMetricValue", SortOrder="Descending")
    models = ask(aws, "list_models", "Models")["Models"]
    ask(aws, "describe_model", "ModelArn CreationTime ExecutionRoleArn", ModelName=models[0]["ModelName"])
    refused(aws, "list_endpoints", "NotImplemented")
    cli("sagemaker", "list-training-jobs", "--max-items", "2")


def dynamodb():
    aws = client("dynamodb")
    for table in ask(aws, "list_tables", "TableNames")["TableNames"]:
        keys = ask(aws, "describe_table", "Table", TableName=table)["Table"]["KeySchema"]
        items = ask(aws, "scan", TableName=table)["Items"]
        if items:
            key = {each["AttributeName"]: items[0][each["AttributeName"]] for each in keys}
            ask(aws, "get_item", "Item", TableName=table, Key=key)
            ask(aws, "batch_get_item", "Responses", RequestItems={table: {"Keys": [key]}})
            hash_key = keys[0]["AttributeName"]
            ask(aws, "query", "Items", TableName=table, KeyConditionExpression="#k = :k", ExpressionAttributeNames={"#k": hash_key}, ExpressionAttributeValues={":k": key[hash_key]})
    refused(aws, "describe_table", "ResourceNotFoundException", TableName="none")
    refused(aws, "list_backups", "NotImplemented")
    cli("dynamodb", "scan", "--table-name", table, "--max-items", "2")


def messaging():
    aws = client("sqs")
    urls = ask(aws, "list_queues", "QueueUrls")["QueueUrls"]
    for url in urls[:4]:
        attributes = ask(aws, "get_queue_attributes", "Attributes", QueueUrl=url, AttributeNames=["All"])["Attributes"]
        ask(aws, "list_dead_letter_source_queues", QueueUrl=url)
        ask(aws, "list_message_move_tasks", SourceArn=attributes["QueueArn"])
    refused(aws, "get_queue_url", "AWS.SimpleQueueService.NonExistentQueue", QueueName="none")
    cli("sqs", "list-queues", "--max-items", "2")
    aws = client("sns")
    topics = ask(aws, "list_topics", "Topics")["Topics"]
    ask(aws, "get_topic_attributes", "Attributes", TopicArn=topics[0]["TopicArn"])
    ask(aws, "list_subscriptions_by_topic", TopicArn=topics[0]["TopicArn"])
    for subscription in ask(aws, "list_subscriptions")["Subscriptions"][:1]:
        ask(aws, "get_subscription_attributes", "Attributes", SubscriptionArn=subscription["SubscriptionArn"])
    refused(aws, "get_topic_attributes", "NotFound", TopicArn=topics[0]["TopicArn"] + "-none")
    cli("sns", "list-topics")


def events():
    aws = client("events")
    for bus in ask(aws, "list_event_buses", "EventBuses")["EventBuses"]:
        ask(aws, "describe_event_bus", "Name Arn", Name=bus["Name"])
        for rule in ask(aws, "list_rules", EventBusName=bus["Name"])["Rules"][:2]:
            where = {"EventBusName": bus["Name"]}
            ask(aws, "describe_rule", "Name Arn EventPattern State", Name=rule["Name"], **where)
            targets = ask(aws, "list_targets_by_rule", "Targets", Rule=rule["Name"], **where)["Targets"]
            ask(aws, "list_rule_names_by_target", "RuleNames", TargetArn=targets[0]["Arn"], **where)
    ask(aws, "put_events", "Entries", Entries=[{"Source": "conformance", "DetailType": "Asked", "Detail": "{}"}])
    refused(aws, "describe_rule", "ResourceNotFoundException", Name="none")
    for archive in ask(aws, "list_archives", "Archives")["Archives"]:
        name = archive["ArchiveName"]
        ask(aws, "describe_archive", "ArchiveArn State EventCount RetentionDays CreationTime", ArchiveName=name)
    for replay in ask(aws, "list_replays")["Replays"]:
        ask(aws, "describe_replay", "ReplayArn State Destination ReplayStartTime", ReplayName=replay["ReplayName"])
    refused(aws, "describe_archive", "ResourceNotFoundException", ArchiveName="none")
    refused(aws, "cancel_replay", "ResourceNotFoundException", ReplayName="none")
    refused(aws, "list_connections", "NotImplemented")
    cli("events", "list-rules", "--limit", "2")
    aws = client("scheduler")
    for schedule in ask(aws, "list_schedules", "Schedules", GroupName="default")["Schedules"]:
        ask(aws, "get_schedule", "Arn Target ScheduleExpression", Name=schedule["Name"], GroupName="default")
    refused(aws, "get_schedule", "ResourceNotFoundException", Name="none")
    cli("scheduler", "list-schedules")


def functions():
    aws = client("lambda")
    found = ask(aws, "list_functions", "Functions")["Functions"]
    name = found[0]["FunctionName"]
    ask(aws, "get_function", "Configuration Code", FunctionName=name)
    ask(aws, "get_function_configuration", "FunctionArn Runtime Role Handler CodeSha256", FunctionName=name)
    mappings = ask(aws, "list_event_source_mappings", "EventSourceMappings")["EventSourceMappings"]
    ask(aws, "get_event_source_mapping", "State FunctionArn", UUID=mappings[0]["UUID"])
    ask(aws, "list_event_source_mappings", "EventSourceMappings", FunctionName=mappings[0]["FunctionArn"])
    refused(aws, "get_function", "ResourceNotFoundException", FunctionName="none")
    cli("lambda", "list-functions", "--max-items", "2")


def keys_and_names():
    aws = client("kms")
    key = ask(aws, "list_keys", "Keys")["Keys"][0]["KeyId"]
    ask(aws, "list_aliases", "Aliases")
    ask(aws, "list_aliases", KeyId=key)
    ask(aws, "describe_key", "KeyMetadata", KeyId=key)
    ask(aws, "list_key_policies", "PolicyNames", KeyId=key)
    ask(aws, "get_key_policy", "Policy", KeyId=key, PolicyName="default")
    refused(aws, "describe_key", "NotFoundException", KeyId="alias/none")
    cli("kms", "list-aliases", "--max-items", "2")
    aws = client("ssm")
    names = [each["Name"] for each in ask(aws, "describe_parameters", "Parameters")["Parameters"]]
    ask(aws, "describe_parameters", "Parameters", ParameterFilters=[{"Key": "Name", "Values": names[:1]}])
    ask(aws, "get_parameter", "Parameter", Name=names[0])
    ask(aws, "get_parameters", "Parameters InvalidParameters", Names=[names[0], "none"])
    ask(aws, "get_parameters_by_path", "Parameters", Path="/", Recursive=True)
    refused(aws, "get_parameter", "ParameterNotFound", Name="none")
    cli("ssm", "describe-parameters", "--max-items", "2")
    ask(client("sts"), "get_caller_identity", "Account Arn UserId")
    aws = client("iam")
    role = ask(aws, "list_roles", "Roles")["Roles"][0]["RoleName"]
    ask(aws, "get_role", "Role", RoleName=role)
    for policy in ask(aws, "list_role_policies", "PolicyNames", RoleName=role)["PolicyNames"][:1]:
        ask(aws, "get_role_policy", "PolicyDocument", RoleName=role, PolicyName=policy)
    ask(aws, "list_attached_role_policies", RoleName=role)
    refused(aws, "get_role", "NoSuchEntity", RoleName="none")
    refused(aws, "list_users", "NotImplemented")
    cli("iam", "list-roles", "--max-items", "2")


def warehouse():
    aws = client("redshift-data")
    target = {"WorkgroupName": os.environ["WORKGROUP"], "Database": os.environ["DATABASE"]}
    ask(aws, "list_schemas", "Schemas", **target)
    table = ask(aws, "list_tables", "Tables", **target)["Tables"][0]["name"]
    ask(aws, "describe_table", "ColumnList TableName", Table=table, **target)
    statement = ask(aws, "execute_statement", "Id", Sql=f"select * from {table} limit 2", StatementName="conformance", **target)["Id"]
    while aws.describe_statement(Id=statement)["Status"] not in ("FINISHED", "FAILED"):
        time.sleep(0.1)
    ask(aws, "describe_statement", "Id Status", Id=statement)
    ask(aws, "get_statement_result", "ColumnMetadata", Id=statement)
    ask(aws, "list_statements", "Statements", StatementName="conformance")
    refused(aws, "cancel_statement", "ValidationException", Id=statement)
    cli("redshift-data", "list-statements", "--status", "ALL", "--max-items", "2")


def absent():
    cli("logs", "describe-log-groups", fails_with="DescribeLogGroups")
    cli("ec2", "describe-instances", fails_with="DescribeInstances")
    cli("ecr", "describe-repositories", fails_with="DescribeRepositories")
    cli("cloudformation", "list-stacks", fails_with="ListStacks")


for part in [states, sagemaker, dynamodb, messaging, events, functions, keys_and_names, warehouse, absent]:
    if sys.argv[1:] and part.__name__ not in sys.argv[1:]:
        continue
    try:
        part()
    except (LookupError, IndexError, TypeError) as error:
        report(f"{part.__name__} went no further", [repr(error)])
print(f"{calls} checks, {len(failures)} failed")
sys.exit(1 if failures else 0)
