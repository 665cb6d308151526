"""S3 of a running local cloud, seen by boto3 and the AWS CLI.

Takes endpoint and credentials from the environment, of the administrator that `regulabel up --json` prints, and BUCKET: a bucket that keeps
versions (by default the first one that does). Everything it makes lies under one prefix, and goes again.
"""

import json
import os
import subprocess
import sys
import tempfile
import urllib.error
import urllib.request
import uuid
from contextlib import contextmanager

import boto3
from boto3.s3.transfer import TransferConfig
from botocore.config import Config
from botocore.exceptions import ClientError

MIB = 1024 * 1024
s3 = boto3.client("s3", config=Config(signature_version="s3v4", retries={"max_attempts": 1}))
prefix = f"conformance/{uuid.uuid4()}/"
calls = 0


def check(what, held):
    global calls
    calls += 1
    print("ok  " if held else "FAIL", what)
    if not held:
        sys.exit(1)


def answer(what, operation, expected=(), **given):
    """Calls, and checks that the answer has the expected members and none that botocore's model has not."""
    found = getattr(s3, operation)(**given)
    shape = s3.meta.service_model.operation_model(s3.meta.method_to_api_mapping[operation]).output_shape
    known = set(shape.members) if shape else set()
    strange = set(found) - known - {"ResponseMetadata", "RequestCharged"}
    missing = [name for name in expected if found.get(name) in (None, "")]
    check(f"{operation}: {what} {missing or ''}{strange or ''}", not strange and not missing)
    return found


def refusal(what, code, operation, **given):
    try:
        getattr(s3, operation)(**given)
    except ClientError as error:
        check(f"{operation}: {what}: {error.response['Error']['Code']}", error.response["Error"]["Code"] == code)
        return error.response
    return check(f"{operation}: {what}: not refused", False)


def cli(*arguments, fails_with=None):
    done = subprocess.run(["aws", *arguments], capture_output=True, text=True, timeout=300)
    held = fails_with in done.stderr if fails_with else done.returncode == 0
    check(f"aws {' '.join(arguments)[:100]} {'' if held else done.stderr.strip()}", held)
    return done.stdout


def fetch(url, method="GET", data=None):
    try:
        with urllib.request.urlopen(urllib.request.Request(url, data, method=method)) as response:
            return response.status, response.read()
    except urllib.error.HTTPError as error:
        return error.code, error.read()


def settings(bucket):
    at = {"Bucket": bucket}
    answer("where", "get_bucket_location", ["LocationConstraint"], **at)
    answer("encrypted", "get_bucket_encryption", ["ServerSideEncryptionConfiguration"], **at)
    answer("kept", "get_bucket_versioning", ["Status"], **at)
    block = answer("closed", "get_public_access_block", ["PublicAccessBlockConfiguration"], **at)
    check("all four blocks", all(block["PublicAccessBlockConfiguration"].values()))
    answer("owned", "get_bucket_ownership_controls", ["OwnershipControls"], **at)
    answer("announced", "get_bucket_notification_configuration", ["EventBridgeConfiguration"], **at)
    rules = answer("ageing", "get_bucket_lifecycle_configuration", ["Rules"], **at)["Rules"]
    check("rules have a status", all(rule["Status"] == "Enabled" for rule in rules))
    json.loads(answer("guarded", "get_bucket_policy", ["Policy"], **at)["Policy"])
    refusal("untagged", "NoSuchTagSet", "get_bucket_tagging", **at)
    answer("there", "head_bucket", ["BucketRegion"], **at)
    refusal("no such bucket", "404", "head_bucket", Bucket="no-such-bucket-here")
    refusal("not there", "NotImplemented", "get_bucket_cors", **at)


def objects(bucket):
    at = {"Bucket": bucket, "Key": f"{prefix}a b/ü&<>+%.txt"}
    first = answer("new", "put_object", ["ETag", "VersionId", "ServerSideEncryption"], Body=b"0123456789", **at)
    answer("again", "put_object", ["VersionId"], Body=b"second", Metadata={"by": "hand"}, ContentType="text/plain", **at)
    head = answer("newest", "head_object", ["ETag", "LastModified", "ContentLength", "AcceptRanges"], **at)
    check("type and metadata", (head["ContentType"], head["Metadata"]) == ("text/plain", {"by": "hand"}))
    whole = answer("newest", "get_object", ["Body", "VersionId"], **at)
    check("its bytes", whole["Body"].read() == b"second")
    old = answer("an older version, in part", "get_object", ["ContentRange"], VersionId=first["VersionId"], Range="bytes=2-4", **at)
    check("its bytes", (old["Body"].read(), old["ResponseMetadata"]["HTTPStatusCode"]) == (b"234", 206))
    refusal("a range beyond", "InvalidRange", "get_object", Range="bytes=99-", **at)
    refusal("not modified", "304", "get_object", IfNoneMatch=head["ETag"], **at)
    refusal("not modified", "304", "head_object", IfModifiedSince=head["LastModified"], **at)
    refusal("another ETag", "PreconditionFailed", "get_object", IfMatch='"other"', **at)
    refusal("there already", "PreconditionFailed", "put_object", IfNoneMatch="*", Body=b"", **at)
    refusal("an ACL", "AccessControlListNotSupported", "put_object", ACL="public-read", Body=b"", **at)
    refusal("a storage class", "ValidationException", "put_object", StorageClass="GLACIER", Body=b"", **at)
    answer("parts", "get_object_attributes", ["ETag", "ObjectSize"], ObjectAttributes=["ETag", "ObjectSize"], **at)
    copy = {"Bucket": bucket, "Key": f"{prefix}copy"}
    source = {**at, "VersionId": first["VersionId"]}
    answer("of a version", "copy_object", ["CopyObjectResult", "CopySourceVersionId", "VersionId"], CopySource=source, **copy)
    check("the copy's bytes", s3.get_object(**copy)["Body"].read() == b"0123456789")

    marker = answer("hidden", "delete_object", ["DeleteMarker", "VersionId"], **at)
    hidden = refusal("hidden", "NoSuchKey", "get_object", **at)
    check("says why", hidden["ResponseMetadata"]["HTTPHeaders"]["x-amz-delete-marker"] == "true")
    refusal("the marker", "MethodNotAllowed", "get_object", VersionId=marker["VersionId"], **at)
    versions = answer("all", "list_object_versions", ["Versions", "DeleteMarkers"], Bucket=bucket, Prefix=prefix)
    check("three versions, one marker", [len(versions[kind]) for kind in ("Versions", "DeleteMarkers")] == [3, 1])
    answer("the marker", "delete_object", ["DeleteMarker"], VersionId=marker["VersionId"], **at)
    check("it is back", s3.get_object(**at)["Body"].read() == b"second")


def listings(bucket):
    for number in range(5):
        s3.put_object(Bucket=bucket, Key=f"{prefix}list/{number % 2}/{number} ü", Body=b"x")
    under = {"Bucket": bucket, "Prefix": f"{prefix}list/"}
    for name in ("list_objects", "list_objects_v2", "list_object_versions"):
        pages = s3.get_paginator(name).paginate(**under, PaginationConfig={"PageSize": 2})
        keys = [found["Key"] for page in pages for found in page.get("Contents", page.get("Versions", []))]
        check(f"{name}: five keys in order, in pages", len(keys) == 5 and keys == sorted(keys) and "ü" in keys[0])
    folders = answer("folders", "list_objects_v2", ["CommonPrefixes", "KeyCount"], Delimiter="/", **under)
    check("two of them", [found["Prefix"][-2:] for found in folders["CommonPrefixes"]] == ["0/", "1/"])
    check("Owner on request", "Owner" in s3.list_objects_v2(FetchOwner=True, **under)["Contents"][0])
    later = s3.list_objects_v2(StartAfter=f"{prefix}list/0/4 ü", **under)
    check("StartAfter", later["KeyCount"] == 2)
    first = answer("one", "list_buckets", ["Buckets", "Owner", "ContinuationToken"], MaxBuckets=1)
    check("the next one", s3.list_buckets(ContinuationToken=first["ContinuationToken"])["Buckets"][0] != first["Buckets"][0])


def multipart(bucket, folder):
    at = {"Bucket": bucket, "Key": f"{prefix}large"}
    data = os.urandom(21 * MIB + 7)
    path = os.path.join(folder, "large")
    with open(path, "wb") as file:
        file.write(data)
    s3.upload_file(path, bucket, at["Key"], ExtraArgs={"Metadata": {"made": "so"}}, Config=TransferConfig(multipart_chunksize=8 * MIB))
    head = answer("uploaded by boto3 in parts", "head_object", ["ETag"], **at)
    check("three parts, with metadata", head["ETag"].endswith('-3"') and head["Metadata"] == {"made": "so"})
    s3.download_file(bucket, at["Key"], f"{path}.back")
    check("downloaded by boto3", open(f"{path}.back", "rb").read() == data)
    s3.copy({**at}, bucket, f"{prefix}large copy", Config=TransferConfig(multipart_threshold=8 * MIB))
    copied = s3.get_object(Bucket=bucket, Key=f"{prefix}large copy")["Body"].read()
    check("copied by boto3 in parts", copied == data)

    upload = answer("begun", "create_multipart_upload", ["UploadId", "Bucket", "Key"], **at)
    under = {**at, "UploadId": upload["UploadId"]}
    part = answer("small", "upload_part", ["ETag"], PartNumber=1, Body=b"small", **under)
    answer("its parts", "list_parts", ["Parts", "StorageClass", "Owner", "Initiator"], **under)
    answer("under way", "list_multipart_uploads", ["Uploads"], Bucket=bucket, Prefix=prefix)
    answer("copied", "upload_part_copy", ["CopyPartResult"], PartNumber=2, CopySource=at, CopySourceRange="bytes=0-9", **under)
    listed = {"Parts": [{"PartNumber": 1, "ETag": part["ETag"]}, {"PartNumber": 2, "ETag": '"other"'}]}
    refusal("another ETag", "InvalidPart", "complete_multipart_upload", MultipartUpload=listed, **under)
    answer("given up", "abort_multipart_upload", **under)
    refusal("gone", "NoSuchUpload", "list_parts", **under)


def presigned(bucket):
    at = {"Bucket": bucket, "Key": f"{prefix}presigned ü"}
    put = s3.generate_presigned_url("put_object", Params=at)
    check("PUT by a presigned URL", fetch(put, "PUT", b"from outside")[0] == 200)
    named = {**at, "ResponseContentType": "text/x-own"}
    url = s3.generate_presigned_url("get_object", Params=named)
    check("GET by a presigned URL", fetch(url) == (200, b"from outside"))
    check("a changed URL is refused", fetch(url.replace("presigned", "other"))[0] == 403)
    status, why = fetch(s3.generate_presigned_url("get_object", Params=at, ExpiresIn=-1))
    check("an expired URL is refused", status == 403 and b"Request has expired" in why)
    status, why = fetch(boto3.client("s3", config=Config(signature_version="s3")).generate_presigned_url("get_object", Params=at))
    check("SigV2 is refused", status == 400 and b"AWS4-HMAC-SHA256" in why)
    status, why = fetch(f"{os.environ['AWS_ENDPOINT_URL']}/{bucket}/k")
    check("the anonymous are refused", status == 403 and b"<Code>AccessDenied</Code>" in why)


def command_line(bucket, folder):
    at = f"s3://{bucket}/{prefix}cli"
    path = os.path.join(folder, "cli")
    with open(path, "wb") as file:
        file.write(os.urandom(20 * MIB))
    cli("s3", "cp", path, f"{at}/one")
    cli("s3", "cp", f"{at}/one", f"{path}.back")
    check("the same bytes", open(path, "rb").read() == open(f"{path}.back", "rb").read())
    cli("s3", "cp", f"{at}/one", f"{at}/two")
    check("aws s3 ls", len(cli("s3", "ls", f"{at}/").splitlines()) == 2)
    os.makedirs(f"{path}.d/deep")
    for name in ("a", "deep/b ü"):
        with open(f"{path}.d/{name}", "w") as file:
            file.write(name)
    cli("s3", "sync", f"{path}.d", f"{at}/d")
    check("sync has nothing to do again", cli("s3", "sync", f"{path}.d", f"{at}/d") == "")
    cli("s3", "mv", f"{at}/two", f"{at}/three")
    cli("s3", "rm", "--recursive", f"{at}/")
    left = cli("s3api", "list-objects-v2", "--bucket", bucket, "--prefix", f"{prefix}cli", "--query", "Contents")
    check("all of it is gone", left.strip() == "null")
    cli("s3", "presign", f"{at}/one")
    for service, operation in (("s3api", "get-bucket-acl"), ("s3api", "get-bucket-website")):
        cli(service, operation, "--bucket", bucket, fails_with="(NotImplemented)")
    cli("s3", "mb", "s3://another-bucket", fails_with="s3:CreateBucket is not supported")


def other_protocols():
    """Services that are not there are refused in words that the command line reads."""
    for service, operation, says in (
        ("ec2", "describe-instances", "ec2:DescribeInstances"),
        ("cloudformation", "list-stacks", "cloudformation:ListStacks"),
        ("rds", "describe-db-instances", "rds:DescribeDBInstances"),
        ("logs", "describe-log-groups", "logs:DescribeLogGroups"),
        ("cloudwatch", "list-metrics", "monitoring:ListMetrics"),
        ("apigateway", "get-rest-apis", "apigateway GET /restapis"),
        ("route53", "list-hosted-zones", "route53 GET /2013-04-01/hostedzone"),
        ("cloudfront", "list-distributions", "cloudfront GET /2020-05-31/distribution"),
    ):
        cli(service, operation, fails_with=f"{says} is not supported")


@contextmanager
def let_in(bucket):
    """Lets the caller use the bucket's key for as long as this takes: key policies shut the administrator out."""
    kms = boto3.client("kms")
    rules = s3.get_bucket_encryption(Bucket=bucket)["ServerSideEncryptionConfiguration"]["Rules"]
    key = rules[0]["ApplyServerSideEncryptionByDefault"].get("KMSMasterKeyID")
    if key is None:
        yield
        return
    before = kms.get_key_policy(KeyId=key)["Policy"]
    account = boto3.client("sts").get_caller_identity()["Account"]
    use = {"Effect": "Allow", "Principal": {"AWS": account}, "Action": "kms:*", "Resource": "*"}
    policy = json.loads(before)
    kms.put_key_policy(KeyId=key, Policy=json.dumps({**policy, "Statement": [*policy["Statement"], use]}))
    try:
        yield
    finally:
        kms.put_key_policy(KeyId=key, Policy=before)


def clean(bucket):
    for page in s3.get_paginator("list_object_versions").paginate(Bucket=bucket, Prefix=prefix):
        found = [{name: each[name] for name in ("Key", "VersionId")} for kind in ("Versions", "DeleteMarkers") for each in page.get(kind, [])]
        if found:
            gone = answer("everything", "delete_objects", ["Deleted"], Bucket=bucket, Delete={"Objects": found})
            check("each of them", len(gone["Deleted"]) == len(found))
    left = s3.list_object_versions(Bucket=bucket, Prefix=prefix)
    check("nothing is left", "Versions" not in left and "DeleteMarkers" not in left)


def main():
    buckets = [found["Name"] for found in answer("all", "list_buckets", ["Buckets", "Owner"])["Buckets"]]
    kept = [name for name in buckets if s3.get_bucket_versioning(Bucket=name).get("Status") == "Enabled"]
    bucket = os.environ.get("BUCKET", kept[0])
    with let_in(bucket):
        run(bucket)
    print(f"{calls} checks against {bucket}")


def run(bucket):
    try:
        with tempfile.TemporaryDirectory() as folder:
            settings(bucket)
            objects(bucket)
            listings(bucket)
            multipart(bucket, folder)
            presigned(bucket)
            command_line(bucket, folder)
            other_protocols()
    finally:
        clean(bucket)


main()
