// Judges the behaviour model on free typing: people who are in no background, early sessions to learn, late ones to test.
import { trainAutoencoder } from '@verity/adapters/brain/train-autoencoder';
import { backgroundOf } from '@verity/domain/risk/background';
import { readyModel, trainBehaviourModel, weighWindow } from '@verity/domain/risk/behaviour-model';
import { applyFinding, initialRisk, scoreSession } from '@verity/domain/risk/score';
import type { SessionId, UserId } from '@verity/protocol/ids';
import { equalErrorRate } from './error-rates';
import { isBackground } from './fit-background';
import { readTyping, windowsOf } from './typing-data';
