/** The same import by other means, as commands to copy. Tokens are named, never shown. Pure. */
export interface Way {
  title: string;
  about: string;
  command: string;
}

export function otherWays(server: string): Way[] {
  return [
    {
      title: 'Upload folder',
      about:
        'On the machine of an agent. Whatever lies in the folder and does not change any more is imported.',
      command: 'cp -r street/ "$(sly-agent status --json | jq -r .uploadFolder)"',
    },
    {
      title: 'Command line',
      about: 'On the machine of an agent, any folder or archive. --dry-run shows what is in it first.',
      command: 'sly-agent import /data/street --dry-run\nsly-agent import /data/street --project Street',
    },
    {
      title: 'API',
      about:
        'A path in the upload folder of an agent, from anywhere. The token is in <data>/platform/admin-token.',
      command: `curl -sS ${server}/public/api/v3/imports.start \\
  -H "x-api-key: $SLY_TOKEN" -H 'content-type: application/json' \\
  -d '{"path": "street", "projectName": "Street", "dryRun": false}'`,
    },
    {
      title: 'API, with the bytes',
      about:
        'A file of any size by the tus protocol: begin, send, import. A broken upload goes on from its offset.',
      command: `UPLOAD=$(curl -sS ${server}/public/api/v3/uploads.begin -H "x-api-key: $SLY_TOKEN" \\
  -H 'content-type: application/json' \\
  -d "{\\"name\\": \\"street.zip\\", \\"files\\": 1, \\"bytes\\": $(stat -c %s street.zip)}" | jq .id)
FILE=$(curl -sS -D - -X POST ${server}/uploads -H "x-api-key: $SLY_TOKEN" -H 'Tus-Resumable: 1.0.0' \\
  -H "Upload-Length: $(stat -c %s street.zip)" \\
  -H "Upload-Metadata: upload $(printf %s $UPLOAD | base64),path $(printf street.zip | base64)" \\
  | tr -d '\\r' | sed -n 's/^location: //ip')
curl -sS -X PATCH ${server}$FILE -H "x-api-key: $SLY_TOKEN" -H 'Tus-Resumable: 1.0.0' \\
  -H 'Upload-Offset: 0' -H 'content-type: application/offset+octet-stream' --data-binary @street.zip
curl -sS ${server}/public/api/v3/imports.start -H "x-api-key: $SLY_TOKEN" \\
  -H 'content-type: application/json' -d "{\\"uploadId\\": $UPLOAD}"`,
    },
    {
      title: 'Python SDK',
      about: 'The official Supervisely SDK, unchanged.',
      command: `pip install supervisely
export SERVER_ADDRESS=${server} API_TOKEN=$SLY_TOKEN
python - <<'PY'
import supervisely as sly
api = sly.Api.from_env()
team = api.team.get_list()[0]
workspace = api.workspace.get_list(team.id)[0]
sly.upload_project("street", api, workspace.id, "Street")
PY`,
    },
  ];
}
