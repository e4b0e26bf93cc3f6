{{- define "backfill-workflow.labels" -}}
app.kubernetes.io/name: backfill-workflow
app.kubernetes.io/instance: {{ .Release.Name }}
app.kubernetes.io/version: {{ .Chart.AppVersion | quote }}
app.kubernetes.io/managed-by: {{ .Release.Service }}
helm.sh/chart: {{ printf "%s-%s" .Chart.Name .Chart.Version }}
{{- end -}}

{{- define "backfill-workflow.image" -}}
image: {{ printf "%s:%s" .Values.image.repository (.Values.image.tag | default .Chart.AppVersion) | quote }}
imagePullPolicy: {{ .Values.image.pullPolicy }}
{{- end -}}

{{- define "backfill-workflow.env" -}}
- name: WORKFLOW_ENGINE
  value: argo
- name: WORKFLOW_NAMESPACE
  valueFrom: { fieldRef: { fieldPath: metadata.namespace } }
{{- if .Values.snapshotRepository.s3.credentialsSecret }}
- name: AWS_SHARED_CREDENTIALS_FILE
  value: /run/workflow/aws/credentials
{{- end }}
{{- with .Values.extraEnv }}
{{ toYaml . }}
{{- end }}
{{- end -}}

{{- define "backfill-workflow.volumes" -}}
- name: tmp
  emptyDir: {}
{{- if .Values.snapshotRepository.s3.credentialsSecret }}
- name: aws-credentials
  secret:
    secretName: {{ .Values.snapshotRepository.s3.credentialsSecret }}
    defaultMode: 256 # 0400
    items: [{ key: credentials, path: credentials }]
{{- end }}
{{- if .Values.snapshotRepository.volume.claimName }}
- name: snapshots
  persistentVolumeClaim:
    claimName: {{ .Values.snapshotRepository.volume.claimName }}
{{- end }}
{{- with .Values.extraVolumes }}
{{ toYaml . }}
{{- end }}
{{- end -}}

{{- define "backfill-workflow.volumeMounts" -}}
- name: tmp
  mountPath: /tmp
{{- if .Values.snapshotRepository.s3.credentialsSecret }}
- name: aws-credentials
  mountPath: /run/workflow/aws
  readOnly: true
{{- end }}
{{- if .Values.snapshotRepository.volume.claimName }}
- name: snapshots
  mountPath: {{ .Values.snapshotRepository.volume.mountPath }}
{{- end }}
{{- with .Values.extraVolumeMounts }}
{{ toYaml . }}
{{- end }}
{{- end -}}

{{- define "backfill-workflow.placement" -}}
{{- with .Values.nodeSelector }}
nodeSelector:
  {{- toYaml . | nindent 2 }}
{{- end }}
{{- with .Values.tolerations }}
tolerations:
  {{- toYaml . | nindent 2 }}
{{- end }}
{{- end -}}

{{- /* What WORKFLOW_SNAPSHOT_REPO says; empty without a default repository. */ -}}
{{- define "backfill-workflow.snapshotRepo" -}}
{{- $s3 := .Values.snapshotRepository.s3 -}}
{{- $volume := .Values.snapshotRepository.volume -}}
{{- if $s3.uri -}}
{{- $s3.uri }}?pathStyle={{ $s3.pathStyle }}
{{- if $s3.region }}&region={{ $s3.region | urlquery }}{{ end -}}
{{- if $s3.endpoint }}&endpoint={{ $s3.endpoint | urlquery }}{{ end -}}
{{- if $s3.roleArn }}&roleArn={{ $s3.roleArn | urlquery }}{{ end -}}
{{- else if $volume.claimName -}}
file://{{ $volume.mountPath }}
{{- if $volume.sourcePath }}?sourcePath={{ $volume.sourcePath | urlquery }}{{ end -}}
{{- end -}}
{{- end -}}

{{- /* A template of Argo whose pod runs `workflow step`. */ -}}
{{- define "backfill-workflow.pod" -}}
{{- $goesOn := or (eq .name "step") (eq .name "reconcile") -}}
{{- $plans := or (eq .name "step") (eq .name "plan") -}}
name: {{ .name }}
inputs:
  parameters:
    - name: step
    - name: run
      value: {{ "{{workflow.parameters.run}}" | quote }}
    - name: attempt
      value: {{ "{{workflow.parameters.attempt}}" | quote }}
    {{- if eq .name "work" }}
    - name: worker
    {{- end }}
    {{- if $goesOn }}
    - name: ahead
      value: ''
    {{- end }}
{{- if or $goesOn $plans }}
outputs:
  parameters:
    {{- if $goesOn }}
    # How many of the steps of `ahead` were run.
    - name: ahead
      valueFrom: { path: /tmp/ahead, default: '0' }
    {{- end }}
    {{- if $plans }}
    - name: workers
      valueFrom: { path: /tmp/workers, default: '0' }
    {{- end }}
{{- end }}
metadata:
  labels:
    backfill-workflow/step: {{ "{{=sprig.replace('/', '.', inputs.parameters.step)}}" | quote }}
serviceAccountName: backfill-workflow-step
retryStrategy:
  limit: {{ .root.Values.retries }}
  retryPolicy: Always
  # Pods that were lost have no exit code, those killed for want of memory 137; 75 is this program's word for "try again".
  expression: lastRetry.status == 'Error' || asInt(lastRetry.exitCode) in [75, 137, 143, -1]
  backoff: { duration: 5s, factor: 2 }
securityContext:
  {{- toYaml .root.Values.podSecurityContext | nindent 2 }}
{{- with include "backfill-workflow.placement" .root }}
{{- . | nindent 0 }}
{{- end }}
volumes:
  {{- include "backfill-workflow.volumes" .root | nindent 2 }}
container:
  {{- include "backfill-workflow.image" .root | nindent 2 }}
  command: [workflow]
  args:
    - step
    - {{ "{{inputs.parameters.step}}" | quote }}
    - --run
    - {{ "{{inputs.parameters.run}}" | quote }}
    {{- with .part }}
    - --part
    - {{ . }}
    {{- end }}
    {{- if $goesOn }}
    - --ahead
    - {{ "{{inputs.parameters.ahead}}" | quote }}
    - --ahead-file
    - /tmp/ahead
    {{- end }}
    {{- if $plans }}
    - --workers-file
    - /tmp/workers
    {{- end }}
    {{- if eq .name "work" }}
    - --worker
    - {{ "{{inputs.parameters.worker}}" | quote }}
    {{- end }}
  env:
    - name: WORKFLOW_SECRETS
      value: /run/workflow/secrets
    - name: WORKFLOW_HOME
      value: /tmp/workflow
    {{- include "backfill-workflow.env" .root | nindent 4 }}
  resources:
    {{- toYaml .resources | nindent 4 }}
  securityContext:
    {{- toYaml .root.Values.securityContext | nindent 4 }}
  volumeMounts:
    # Declared by the Workflow, with the Secrets of its plan.
    - name: workflow-secrets
      mountPath: /run/workflow/secrets
      readOnly: true
    {{- include "backfill-workflow.volumeMounts" .root | nindent 4 }}
{{- end -}}
