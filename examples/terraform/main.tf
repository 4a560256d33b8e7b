# Posthorn by Terraform: the files of build/template in a bucket, and the stack, which CloudFormation carries out.
terraform {
  required_providers {
    aws = {
      source  = "hashicorp/aws"
      version = ">= 5.0"
    }
  }
}

variable "code_bucket" {
  description = "A bucket in the stack's region; not public."
  type        = string
}

variable "folder" {
  description = "What npm run template wrote."
  type        = string
  default     = "posthorn"
}

data "aws_region" "here" {}

locals {
  template = "${var.folder}/posthorn.template.json"
}

resource "aws_s3_object" "code" {
  for_each = fileset(var.folder, "*.zip")
  bucket   = var.code_bucket
  key      = "posthorn/${each.value}"
  source   = "${var.folder}/${each.value}"
  lifecycle {
    # The functions run from the old zips, and a roll back needs them: they go once the stack is updated.
    create_before_destroy = true
  }
}

resource "aws_s3_object" "template" {
  bucket = var.code_bucket
  # Another template is another URL, which Terraform sees.
  key    = "posthorn/${filemd5(local.template)}.json"
  source = local.template
}

resource "aws_cloudformation_stack" "posthorn" {
  name         = "Posthorn"
  template_url = "https://s3.${data.aws_region.here.name}.amazonaws.com/${var.code_bucket}/${aws_s3_object.template.key}"
  capabilities = ["CAPABILITY_IAM"]
  parameters = {
    CodeBucket = var.code_bucket
    CodePrefix = "posthorn/"
  }
  depends_on = [aws_s3_object.code]
}

output "posthorn" {
  description = "Of the stack: where the API answers, the secret with the operator's key, and the others."
  value       = aws_cloudformation_stack.posthorn.outputs
}
