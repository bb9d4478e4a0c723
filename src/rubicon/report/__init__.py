"""Report: findings for people, in a form that a third party can verify."""
